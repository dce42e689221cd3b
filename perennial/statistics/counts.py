"""Convert counts and shares to arrays and check them.

Counts may be fractions, because Prometheus extrapolates a counter's increase to its window.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perennial.statistics.errors import BinMismatch, InvalidCounts, InvalidReference

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def counted(values: ArrayLike, name: str) -> Floats:
    """Return counts as an array; name: their name in messages. Raises InvalidCounts."""
    counts = np.asarray(values, dtype=np.float64)
    if not ((counts >= 0) & np.isfinite(counts)).all():
        raise InvalidCounts(name, counts.tolist(), "finite counts of 0 or more")
    return counts


def live_and_reference(live: ArrayLike, reference: ArrayLike) -> tuple[Floats, Floats]:
    """Return counts and shares as arrays. Raises BinMismatch, InvalidCounts, InvalidReference."""
    counts = counted(live, "live")
    shares = np.asarray(reference, dtype=np.float64)
    if counts.shape != shares.shape or counts.ndim != 1:
        raise BinMismatch("live", counts.shape, f"the reference's shape {shares.shape}")
    if not (shares > 0).all():
        raise InvalidReference("reference", float(shares.min()), "only shares over 0")
    return counts, shares


def quotient(numerator: Floats, denominator: Floats) -> Floats:
    """Return numerator / denominator, NaN where the denominator is 0.

    >>> quotient(np.array([1.0, 0.0]), np.array([2.0, 0.0])).tolist()
    [0.5, nan]
    """
    undefined = np.full(np.shape(denominator), np.nan)
    found: Floats = np.divide(numerator, denominator, out=undefined, where=denominator > 0)
    return found
