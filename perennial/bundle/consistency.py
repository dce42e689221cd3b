"""Check that a reference has what the service counts: signals, bins, and a loss or an accuracy."""

from perennial.errors import BundleRejected
from perennial.kinds.output_kind import OutputKind
from perennial.signals import Extraction, Reference, Signal

FILE = "reference.json"


def check(reference: Reference, extraction: Extraction, output: OutputKind) -> None:
    """Refuse a signal that only one of them has, or that has other bins, and a missing measure.

    Raises BundleRejected with the name of the signal or field.
    """
    counted = (*extraction.names, *output.signals)
    for name in output.signals:
        if name in extraction.names:
            raise _rejected(f"signal {name!r} is one of the input and of the output, expected one")
    names = [signal.name for signal in reference.signals]
    for name in names:
        if names.count(name) > 1:
            raise _rejected(f"signal {name!r} occurs {names.count(name)} times, expected once")
        if name not in counted:
            raise _rejected(f"signal {name!r} is unknown, expected one of {sorted(counted)}")
    for name in counted:
        if name not in names:
            raise _rejected(f"signal {name!r} is missing, expected all of {sorted(counted)}")
    categories = {**extraction.categories, **output.categories}
    for signal in reference.signals:
        _check_bins(signal, categories.get(signal.name))
    measure = "accuracy" if output.labels else "loss"
    if getattr(reference, measure) is None:
        labels = "a" if output.labels else "no"
        raise _rejected(
            f"{measure} is missing, expected since the output has {labels} set of labels"
        )
    _check_interval(reference, output)


def _check_interval(reference: Reference, output: OutputKind) -> None:
    """Refuse a reference without the coverage of intervals, or with a curve of no output signal."""
    if (reference.coverage is None) != (output.coverage is None):
        some = "no" if output.coverage is None else "an"
        raise _rejected(f"coverage is {reference.coverage}, but answers have {some} interval")
    curve = reference.expected_loss
    if curve is not None and curve.signal not in set(output.signals) - set(output.categories):
        numeric = sorted(set(output.signals) - set(output.categories))
        raise _rejected(f"expected_loss.signal is {curve.signal!r}, expected one of {numeric}")


def _check_bins(signal: Signal, expected: tuple[str, ...] | None) -> None:
    """Refuse other bins than the expected ones; None stands for numbered bins."""
    kind = "numeric" if expected is None else "categorical"
    if signal.kind != kind:
        raise _rejected(f"signal {signal.name!r} is {signal.kind}, expected {kind}")
    if expected is not None and signal.bins != expected:
        raise _rejected(f"signal {signal.name!r} has the bins {signal.bins}, expected {expected}")


def _rejected(problem: str) -> BundleRejected:
    return BundleRejected(FILE, problem, reason="reference")
