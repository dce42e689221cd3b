"""A signal's bins: their edges, their names, and their shares in the reference."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

MISSING = "missing"
OTHER = "other"
OUTSIDE = "outside"


def numeric_edges(values: NDArray[np.floating], *, bins: int) -> tuple[float, ...]:
    """Return the distinct quantiles that split `values` into at most `bins` bins of equal share.

    NaN is excluded. There is no edge at the largest value, because nothing would be above it.

    >>> numeric_edges(np.array([1.0, 2.0, 3.0, 4.0]), bins=2)
    (2.0,)
    >>> numeric_edges(np.zeros(5), bins=10)
    ()
    """
    present = values[~np.isnan(values)]
    if not len(present):
        return ()
    cuts = np.quantile(present, np.arange(1, bins) / bins, method="inverted_cdf")
    return tuple(float(edge) for edge in np.unique(cuts[cuts < present.max()]))


def numeric_bins(edges: Sequence[float]) -> tuple[str, ...]:
    """Return the names of a numeric signal's bins, which sort in the order of the values.

    >>> numeric_bins([0.5, 0.9])
    ('00', '01', '02', 'outside', 'missing')
    """
    return *(f"{i:02d}" for i in range(len(edges) + 1)), OUTSIDE, MISSING


def reference_shares(
    counts: NDArray[np.integer], kind: Literal["numeric", "categorical"]
) -> tuple[float, ...]:
    """Return the shares of counts of shape (bins,), with half a row added to each bin.

    So every share is positive. For `outside`, the last but one bin of a numeric signal, 2 rows are
    added: the reference has none there by construction, but a share of 2/(M + 1) of new rows of the
    same distribution lies beyond the smallest and largest of M.
    Source: the Jeffreys prior of a multinomial, Gelman et al., Bayesian Data Analysis, 3.4; the
    share beyond the extremes, David and Nagaraja, Order Statistics, 3rd ed., 2003, ch. 2.

    >>> reference_shares(np.array([1, 0, 0]), "categorical")
    (0.6, 0.2, 0.2)
    >>> reference_shares(np.array([5, 0, 0]), "numeric")
    (0.6875, 0.25, 0.0625)
    """
    smoothed = counts + 0.5
    if kind == "numeric":
        smoothed[-2] = counts[-2] + 2
    return tuple(float(share) for share in smoothed / smoothed.sum())
