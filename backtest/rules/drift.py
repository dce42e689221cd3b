"""The drift rule over arrays of counts per minute, for simulations of Prometheus' decisions.

Every minute is one look. The formulas equal those of `drift.py` and `evidence.py` in
`perennial/statistics/`, which compute one window at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.thresholds import Thresholds, seconds
from perennial.statistics.evidence import LEAST_VARIANCE, LOOKS, ranks

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
MINUTE = 60


@dataclass(frozen=True)
class Reference:
    """One signal's reference: shares of shape (bins,), its rows, and its limits for one look.

    ordered: how many of the first bins have an order; 0 for a categorical signal.
    """

    shares: Floats
    size: int
    critical: float
    rank_critical: float
    ordered: int


@dataclass(frozen=True)
class Looks:
    """The statistics of one signal in a window at each look, all of shape (looks,)."""

    window: str
    psi: Floats
    evidence: Floats

    def drifted(self, thresholds: Thresholds) -> Bools:
        """Return the looks at which effect and evidence exceed their limits."""
        passed: Bools = (self.psi > thresholds.psi_limit(self.window)) & (self.evidence > 1)
        return passed


def minutes(window: str) -> int:
    """Return the length of a window in minutes."""
    return seconds(window) // MINUTE


def looks(counts: Floats, reference: Reference, thresholds: Thresholds) -> Iterator[Looks]:
    """Yield every drift window's looks, starting when the longest window is full.

    counts: of one signal, shape (minutes, bins).
    """
    total = np.vstack([np.zeros((1, counts.shape[1])), np.cumsum(counts, axis=0, dtype=float)])
    first = minutes(thresholds.long_window)
    longest = total[first:] - total[:-first]
    for window in thresholds.drift_windows:
        live = total[first:] - total[first - minutes(window) : -minutes(window)]
        psi = _psi(live, reference.shares, thresholds.prior)
        yield Looks(window, psi, _evidence(live, longest - live, reference, window, thresholds))


def _psi(live: Floats, shares: Floats, prior: float) -> Floats:
    rows = live.sum(axis=1)
    difference = (live - rows[:, None] * shares) / (rows + prior)[:, None]
    psi: Floats = np.einsum("ij,ij->i", difference, np.log1p(difference / shares))
    return psi


def _evidence(
    live: Floats, past: Floats, reference: Reference, window: str, thresholds: Thresholds
) -> Floats:
    rows, size = live.sum(axis=1), reference.size + past.sum(axis=1)
    shares = (reference.size * reference.shares + past) / size[:, None]
    inflation = 1 + rows / size
    windows = seconds(thresholds.quiet_for) / seconds(window)
    many = np.log(1 + LOOKS * windows / inflation)
    # Empty bins contribute 0: replacing 0 by 1 avoids the logarithm of 0.
    ratio = np.where(live > 0, live, 1) / (np.maximum(rows, 1)[:, None] * shares)
    g = 2 * np.einsum("ij,ij->i", live, np.log(ratio)) / inflation
    strength: Floats = g / _limit(reference.critical, live.shape[1], many)
    if reference.ordered > 1:
        rank = _rank(live, shares, reference) / inflation
        strength = np.maximum(strength, rank / _limit(reference.rank_critical, 2, many))
    return strength


def _rank(live: Floats, shares: Floats, reference: Reference) -> Floats:
    scores = ranks(reference.shares, ordered=reference.ordered)
    seen, base = live[:, : len(scores)], shares[:, : len(scores)]
    mean = base @ scores / base.sum(axis=1)
    variance = base @ scores**2 - mean**2 * base.sum(axis=1)
    moved = seen @ scores - seen.sum(axis=1) * mean
    spread = variance * np.maximum(live.sum(axis=1), 1)
    found: Floats = np.where(variance > LEAST_VARIANCE, moved**2 / np.maximum(spread, 1e-300), 0)
    return found


def _limit(critical: float, bins: int, many: Floats) -> Floats:
    limit: Floats = critical + 2 * many / (1 - (bins - 3) / (critical + many))
    return limit
