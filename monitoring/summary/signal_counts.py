"""The counts of every signal of a version over the span, beside its reference."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np

from monitoring.prometheus_client import Series
from monitoring.summary.signal_drift import Counted
from monitoring.summary.span import Span
from monitoring.summary.version import Version
from perennial import signals
from perennial.metric_names import service as metrics
from perennial.metric_names.metric import Metric
from perennial.statistics.errors import BinMismatch, InvalidReference

SIGNAL, BIN = metrics.SIGNAL_BIN.labels[-2:]
Bins = Mapping[str, Mapping[str, float]]


class Source:
    """What Prometheus has of a version's signals, asked once. Raises PrometheusFailed."""

    def __init__(self, span: Span, version: Version) -> None:
        def name(metric: Metric) -> str:
            return f"{metric.name}{version.selector}"

        by_bin = f"{SIGNAL}, {BIN}"
        self._counts = _by_bin(span.increase(name(metrics.SIGNAL_BIN), by=by_bin))
        self._shares = _by_bin(span.latest(name(metrics.REFERENCE_SHARE), by=by_bin))
        self._size = _by_signal(span.latest(name(metrics.REFERENCE_SIZE), by=SIGNAL))
        self._critical = _by_signal(span.latest(name(metrics.CRITICAL_VALUE), by=SIGNAL))
        self._rank = _by_signal(span.latest(name(metrics.RANK_CRITICAL_VALUE), by=SIGNAL))

    def __iter__(self) -> Iterator[str]:
        """Yield the name of every signal that is counted or has a reference."""
        yield from sorted({*self._counts, *self._shares})

    def signal(self, name: str) -> Counted:
        """Return a signal's counts and reference. Raises BinMismatch, InvalidReference."""
        counts, shares = self._counts.get(name, {}), self._shares.get(name, {})
        if name not in self._size or name not in self._critical:
            raise InvalidReference(name, None, "a reference size and a critical value")
        if unknown := counts.keys() - shares.keys():
            raise BinMismatch(name, sorted(unknown), f"the reference's bins {sorted(shares)}")
        bins = sorted(shares, key=_place)
        return Counted(
            name=name,
            bins=bins,
            # A bin that nobody has counted yet is 0, not absent.
            counts=np.array([counts.get(one, 0.0) for one in bins]),
            shares=np.array([shares[one] for one in bins]),
            size=self._size[name],
            critical=self._critical[name],
            rank_critical=self._rank.get(name),
        )


def _place(name: str) -> tuple[bool, bool, bool, int, str]:
    """Return the order of bins: numbers, then names, then those that every signal has."""
    number = int(name) if name.isdecimal() else 0
    return name == signals.MISSING, name == signals.OTHER, not name.isdecimal(), number, name


def _by_bin(found: list[Series]) -> Bins:
    values: dict[str, dict[str, float]] = defaultdict(dict)
    for one in found:
        values[one.labels[SIGNAL]][one.labels[BIN]] = one.last
    return values


def _by_signal(found: list[Series]) -> Mapping[str, float]:
    return {one.labels[SIGNAL]: one.last for one in found}
