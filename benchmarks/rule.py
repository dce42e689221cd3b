"""The drift rule over minutes of counts, in arrays: what Prometheus decides, for simulations.

Every minute is one look. Equal to `monitoring/drift.py`, which is written for one window at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.drift import LOOKS
from monitoring.thresholds import Thresholds, seconds

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
MINUTE = 60


@dataclass(frozen=True)
class Reference:
    """One signal's reference: shares of shape (bins,), its rows, and G's limit of one look."""

    shares: Floats
    size: int
    critical: float


@dataclass(frozen=True)
class Looks:
    """What a window shows of one signal at each look, all of shape (looks,)."""

    window: str
    psi: Floats
    g: Floats
    g_limit: Floats

    def drifted(self, thresholds: Thresholds) -> Bools:
        """Return at which looks effect and evidence pass."""
        passed: Bools = (self.psi > thresholds.psi_limit(self.window)) & (self.g > self.g_limit)
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
    for window in thresholds.drift_windows:
        live = total[first:] - total[first - minutes(window) : -minutes(window)]
        yield _look(live, reference, window, thresholds)


def _look(live: Floats, reference: Reference, window: str, thresholds: Thresholds) -> Looks:
    rows, prior, shares = live.sum(axis=1), thresholds.prior, reference.shares
    difference = (live - rows[:, None] * shares) / (rows + prior)[:, None]
    psi = np.einsum("ij,ij->i", difference, np.log1p(difference / shares))
    # An empty bin adds nothing: the 1 in its place has the logarithm 0 after its factor of 0.
    ratio = np.where(live > 0, live, 1) / (np.maximum(rows, 1)[:, None] * shares)
    inflation = 1 + rows / reference.size
    g = 2 * np.einsum("ij,ij->i", live, np.log(ratio)) / inflation
    return Looks(window, psi, g, _limit(reference, window, inflation, thresholds))


def _limit(reference: Reference, window: str, inflation: Floats, thresholds: Thresholds) -> Floats:
    windows = seconds(thresholds.quiet_for) / seconds(window)
    many = np.log(1 + LOOKS * windows / inflation)
    critical, bins = reference.critical, len(reference.shares)
    limit: Floats = critical + 2 * many / (1 - (bins - 3) / (critical + many))
    return limit
