"""Shares per signal and the Jensen-Shannon distance between them, as two peers use it."""

import numpy as np

from benchmarks.drift.frame import Floats
from benchmarks.drift.windows import per_signal


def shares(counts: Floats, sizes: tuple[int, ...]) -> Floats:
    """Return counts of shape (looks, bins) as shares of their signal's rows, 0 without rows.

    >>> shares(np.array([[1.0, 3.0, 0.0]]), (2, 1)).tolist()
    [[0.25, 0.75, 0.0]]
    """
    rows = np.maximum(per_signal(counts, sizes), 1)
    found: Floats = counts / np.repeat(rows, sizes, axis=1)
    return found


def jensen_shannon(live: Floats, reference: Floats, sizes: tuple[int, ...]) -> Floats:
    """Return the distance of every signal at every look, in natural logarithms.

    live: shares of shape (looks, bins).  reference: shares of shape (bins,).
    Source: Endres and Schindelin, A New Metric for Probability Distributions, 2003.

    >>> jensen_shannon(np.array([[1.0, 0.0]]), np.array([1.0, 0.0]), (2,)).tolist()
    [[0.0]]
    """
    other = np.broadcast_to(reference, live.shape)
    middle = np.where(live + other > 0, (live + other) / 2, 1)
    divergence = per_signal(_terms(live, middle) + _terms(other, middle), sizes) / 2
    distance: Floats = np.sqrt(np.maximum(divergence, 0))
    return distance


def _terms(part: Floats, middle: Floats) -> Floats:
    terms: Floats = part * np.log(np.where(part > 0, part, middle) / middle)
    return terms
