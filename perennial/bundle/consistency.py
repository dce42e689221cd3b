"""Whether a reference and the service count the same signals, in the same bins."""

from perennial.errors import BundleRejected
from perennial.signals import MISSING, OTHER, OUTPUTS, PREDICTION, Extraction, Reference, Signal

FILE = "reference.json"


def check(reference: Reference, extraction: Extraction, labels: tuple[str, ...]) -> None:
    """Refuse a signal that one of both lacks, or counts in other bins than the other.

    Raises BundleRejected with the signal's name.
    """
    counted = (*extraction.names, *OUTPUTS)
    names = [signal.name for signal in reference.signals]
    for name in names:
        if names.count(name) > 1:
            raise _rejected(f"signal {name!r} occurs twice")
        if name not in counted:
            problem = f"signal {name!r} cannot be computed, the service knows {sorted(counted)}"
            raise _rejected(problem)
    for name in counted:
        if name not in names:
            raise _rejected(f"signal {name!r} is absent, the service counts it")
    categories = {**extraction.categories, PREDICTION: (*labels, OTHER, MISSING)}
    for signal in reference.signals:
        _check_bins(signal, categories.get(signal.name))


def _check_bins(signal: Signal, expected: tuple[str, ...] | None) -> None:
    """Refuse bins that are not as expected; None stands for numbered ones."""
    kind = "numeric" if expected is None else "categorical"
    if signal.kind != kind:
        raise _rejected(f"signal {signal.name!r} is {signal.kind}, expected {kind}")
    if expected is not None and signal.bins != expected:
        raise _rejected(f"signal {signal.name!r} has the bins {signal.bins}, expected {expected}")


def _rejected(problem: str) -> BundleRejected:
    return BundleRejected(FILE, problem, reason="reference")
