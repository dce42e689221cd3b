"""Perennial's own rule: PSI and G in its windows, from counts per bin as Prometheus has them."""

from dataclasses import dataclass

import numpy as np

from benchmarks.drift import windows
from benchmarks.drift.bins import Bins
from benchmarks.drift.frame import Floats, Frame, Ints
from benchmarks.drift.protocol import Scorer
from benchmarks.drift.windows import Looks
from monitoring.drift import critical_value, g_limit
from monitoring.thresholds import Thresholds, seconds

# Requests come at this rate, which turns the rule's windows into so many rows.
A_MINUTE = 10
# The family-wise level of one look, as params.yaml has it.
LEVEL = 0.01
# No evidence counts where the effect is too small to matter.
NO_EFFECT = -1e6


SHIPPED = "Perennial as shipped"


@dataclass(frozen=True)
class Perennial:
    """Alarms when a signal's effect is over its limit and its evidence, G, over its own.

    The score is how far G is over its limit, so that 0 is the rule as it is shipped and another
    threshold is the same rule at another level.
    """

    name: str = "Perennial"
    variants: tuple[str, ...] = ("",)

    def fit(self, reference: Frame, looks: Looks) -> "PerennialWatcher":
        """Count the reference."""
        return PerennialWatcher(reference, looks)


class PerennialWatcher:
    """The rule with its reference."""

    def __init__(self, reference: Frame, looks: Looks) -> None:
        self._looks, self._bins, self._thresholds = looks, Bins(reference), Thresholds()

    def watch(self, before: Frame, after: Frame) -> Scorer:
        """Score by the greatest excess of G over its limit, of all signals and windows."""
        old, new = self._bins.codes(before), self._bins.codes(after)

        def score(first: Ints, then: Ints) -> Floats:
            codes = np.concatenate([old[first], new[then]])
            excess = [self._excess(codes, window) for window in self._thresholds.drift_windows]
            highest: Floats = np.max(excess, axis=0)
            return highest[None]

        return score

    def _excess(self, codes: Ints, window: str) -> Floats:
        rows = seconds(window) // 60 * A_MINUTE
        live = windows.counts(codes, self._bins.size, window=rows, looks=self._looks)
        effect = psi(live, self._bins, rows=rows, prior=self._thresholds.prior)
        over = g(live, self._bins, rows=rows) - self._limits(window, rows)
        matters = effect > self._thresholds.psi_limit(window)
        highest: Floats = np.where(matters, over, NO_EFFECT).max(axis=1)
        return highest

    def _limits(self, window: str, rows: int) -> Floats:
        many = seconds(self._thresholds.quiet_for) / seconds(window)
        sizes = self._bins.sizes
        return np.array(
            [
                g_limit(
                    critical_value(bins, level=LEVEL, signals=len(sizes)),
                    bins=bins,
                    rows=rows,
                    size=self._bins.rows,
                    windows=many,
                )
                for bins in sizes
            ]
        )


def psi(live: Floats, bins: Bins, *, rows: int, prior: float) -> Floats:
    """Return every signal's PSI at every look, as monitoring/drift.py has it for one."""
    difference = (live - rows * bins.shares) / (rows + prior)
    return windows.per_signal(difference * np.log1p(difference / bins.shares), bins.sizes)


def g(live: Floats, bins: Bins, *, rows: int) -> Floats:
    """Return every signal's G at every look, as monitoring/drift.py has it for one."""
    ratio = np.where(live > 0, live / (rows * bins.shares), 1)
    return 2 * windows.per_signal(live * np.log(ratio), bins.sizes) / (1 + rows / bins.rows)
