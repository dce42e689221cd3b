"""The drift rule over minutes of counts, in arrays: what Prometheus decides, for simulations.

Every minute is one look. Equal to `drift.py` and `evidence.py` of `perennial/statistics/`, which
are written for one window at a time.
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
    """One signal's reference: shares of shape (bins,), its rows, and the limits of one look.

    ordered: how many bins, the first ones, have an order; 0 of a categorical signal.
    """

    shares: Floats
    size: int
    critical: float
    rank_critical: float
    ordered: int


@dataclass(frozen=True)
class Looks:
    """What a window shows of one signal at each look, all of shape (looks,)."""

    window: str
    psi: Floats
    evidence: Floats

    def drifted(self, thresholds: Thresholds) -> Bools:
        """Return at which looks effect and evidence pass."""
        passed: Bools = (self.psi > thresholds.psi_limit(self.window)) & (self.evidence > 1)
        return passed


def minutes(window: str) -> int:
    """Return how many minutes of counts a window has."""
    return seconds(window) // MINUTE


def looks(counts: Floats, reference: Reference, thresholds: Thresholds) -> Iterator[Looks]:
    """Yield every drift window's looks, from the first at which the longest window is full.

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
    # An empty bin adds nothing: the 1 in its place has the logarithm 0 after its factor of 0.
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
