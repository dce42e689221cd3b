"""The counts of every signal of a version over the span, beside its reference."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.prometheus_client import Series
from monitoring.drift_report.span import Span
from monitoring.drift_report.version import Version
from perennial import signals
from perennial.metric_names import service as metrics
from perennial.metric_names.metric import Metric
from perennial.statistics.counts import Floats
from perennial.statistics.errors import BinMismatch, InvalidReference

SIGNAL, BIN = metrics.SIGNAL_BIN.labels[-2:]
Bins = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, kw_only=True)
class SignalCounts:
    """What Prometheus knows of a signal.

    counts: rows by bin in the span.  shares: of the reference.  size: rows of the reference.
    critical: what G must exceed in a single look.  rank_critical: what the rank statistic must;
    None where the bins have no order.
    """

    name: str
    bins: Sequence[str]
    counts: Floats
    shares: Floats
    size: float
    critical: float
    rank_critical: float | None

    @property
    def rows(self) -> float:
        """Rows in the span."""
        return float(self.counts.sum())

    @property
    def numeric(self) -> bool:
        """Whether its bins have an order."""
        return signals.OTHER not in self.bins

    @property
    def live(self) -> Floats:
        """The share of each bin in the span, not smoothed; the reference's where nothing came."""
        return self.counts / self.rows if self.rows else self.shares


class SignalSource:
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

    def signal(self, name: str) -> SignalCounts:
        """Return a signal's counts and reference. Raises BinMismatch, InvalidReference."""
        counts, shares = self._counts.get(name, {}), self._shares.get(name, {})
        if name not in self._size or name not in self._critical:
            raise InvalidReference(name, None, "a reference size and a critical value")
        if unknown := counts.keys() - shares.keys():
            raise BinMismatch(name, sorted(unknown), f"the reference's bins {sorted(shares)}")
        bins = sorted(shares, key=_place)
        return SignalCounts(
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
