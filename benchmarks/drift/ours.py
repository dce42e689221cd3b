"""Perennial's own rule: PSI, G and ranks in windows, from counts per bin as in Prometheus."""

from dataclasses import dataclass

import numpy as np

from benchmarks.drift import windows
from benchmarks.drift.bins import LEVEL, Bins
from benchmarks.drift.frame import Floats, Frame, Ints
from benchmarks.drift.protocol import Scorer
from benchmarks.drift.windows import Looks
from monitoring.thresholds import Thresholds, seconds
from perennial.statistics.evidence import LEAST_VARIANCE, critical_value, evidence_limit

# The request rate, which converts the rule's windows to rows.
A_MINUTE = 10
# The score if the effect is too small to matter.
NO_EFFECT = -1e6


@dataclass(frozen=True)
class Perennial:
    """Alarms when a signal's evidence, of G or of ranks, exceeds its limit by a threshold.

    As shipped, the threshold is 0, and the effect, PSI, must exceed its own limit too. To compare
    with the peers, the threshold is set to their level and PSI is ignored.
    """

    name: str = "Perennial"
    shipped: bool = False
    variants: tuple[str, ...] = ("",)

    def fit(self, reference: Frame, looks: Looks) -> "PerennialWatcher":
        """Count the reference."""
        return PerennialWatcher(reference, looks, shipped=self.shipped)


class PerennialWatcher:
    """The rule with its reference."""

    def __init__(self, reference: Frame, looks: Looks, *, shipped: bool) -> None:
        self._looks, self._bins, self._shipped = looks, Bins(reference), shipped
        self._thresholds = Thresholds()
        self._rows = {
            window: seconds(window) // 60 * A_MINUTE for window in self._thresholds.drift_windows
        }
        self._longest = max(self._rows.values())
        self._limits = {window: self._limit(window) for window in self._rows}

    def watch(self, before: Frame, after: Frame) -> Scorer:
        """Score by the largest excess of evidence over its limit, of all signals and windows."""
        old, new = self._bins.codes(before), self._bins.codes(after)

        def score(first: Ints, then: Ints) -> Floats:
            codes = np.concatenate([old[first], new[then]])
            day = self._counts(codes, self._longest)
            found = [self._excess(codes, day, window) for window in self._rows]
            highest: Floats = np.max(found, axis=0)
            return highest[None]

        return score

    def _counts(self, codes: Ints, rows: int) -> Floats:
        return windows.counts(codes, self._bins.size, window=rows, looks=self._looks)

    def _excess(self, codes: Ints, day: Floats, window: str) -> Floats:
        bins, rows = self._bins, self._rows[window]
        live = self._counts(codes, rows)
        base = (bins.rows * bins.shares + day - live) / self._known(rows)
        over_g, over_rank = self._limits[window]
        excess = g(live, base, bins.sizes, rows=rows, known=self._known(rows)) - over_g
        moved = rank(live, base, bins, rows=rows, known=self._known(rows)) - over_rank
        excess = np.maximum(excess, moved)
        if self._shipped:
            effect = psi(live, bins, rows=rows, prior=self._thresholds.prior)
            excess = np.where(effect > self._thresholds.psi_limit(window), excess, NO_EFFECT)
        highest: Floats = excess.max(axis=1)
        return highest

    def _known(self, rows: int) -> int:
        """Return the rows of the baseline: the reference's plus the day's before the window."""
        return self._bins.rows + self._longest - rows

    def _limit(self, window: str) -> tuple[Floats, Floats]:
        """Return the limits of G and of ranks; unordered signals never exceed the latter."""
        ordered = self._bins.is_ordered
        tests = len(ordered) + int(ordered.sum())
        g_limits = [self._evidence_limit(bins, window, tests) for bins in self._bins.sizes]
        rank_limit = self._evidence_limit(2, window, tests)
        return np.array(g_limits), np.where(ordered, rank_limit, np.inf)

    def _evidence_limit(self, bins: int, window: str, tests: int) -> float:
        rows = self._rows[window]
        return evidence_limit(
            critical_value(bins, level=LEVEL, tests=tests),
            bins=bins,
            rows=rows,
            size=self._known(rows),
            windows=seconds(self._thresholds.quiet_for) / seconds(window),
        )


def psi(live: Floats, bins: Bins, *, rows: int, prior: float) -> Floats:
    """Return every signal's PSI at every look, as perennial/statistics/drift.py does for one."""
    difference = (live - rows * bins.shares) / (rows + prior)
    return windows.per_signal(difference * np.log1p(difference / bins.shares), bins.sizes)


def g(live: Floats, base: Floats, sizes: tuple[int, ...], *, rows: int, known: int) -> Floats:
    """Return every signal's G at every look, as perennial/statistics/evidence.py does for one."""
    ratio = np.where(live > 0, live / (rows * base), 1)
    return 2 * windows.per_signal(live * np.log(ratio), sizes) / (1 + rows / known)


def rank(live: Floats, base: Floats, bins: Bins, *, rows: int, known: int) -> Floats:
    """Return every signal's rank statistic at every look; 0 if its bins have no order."""
    shares = np.where(bins.ordered, base, 0.0)
    total = np.maximum(windows.per_signal(shares, bins.sizes), LEAST_VARIANCE)
    mean = windows.per_signal(shares * bins.ranks, bins.sizes) / total
    apart = np.where(bins.ordered, bins.ranks - np.repeat(mean, bins.sizes, axis=1), 0.0)
    variance = windows.per_signal(shares * apart**2, bins.sizes)
    moved = windows.per_signal(live * apart, bins.sizes) ** 2
    spread = np.maximum(variance, LEAST_VARIANCE) * rows * (1 + rows / known)
    return np.where(variance > LEAST_VARIANCE, moved / spread, 0.0)
