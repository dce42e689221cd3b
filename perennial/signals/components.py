"""Principal components: the directions in which rows differ most."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROWS = 1000  # rows to find directions in; more change little and take long
# Below these shares of the variance, and of the sum of squares, a direction is rounding error.
LEAST_VARIANCE, LEAST_SQUARES = 1e-9, 1e-24


def some(rows: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return enough evenly spaced rows to find directions in.

    >>> len(some(np.zeros(5000))), len(some(np.zeros(3)))
    (1000, 3)
    """
    if len(rows) <= ROWS:
        return rows
    return rows[np.arange(ROWS) * len(rows) // ROWS]


def principal_axes(rows: Floats, *, count: int) -> Floats:
    """Return unit vectors of shape (columns, count), sorted by falling variance.

    rows: shape (rows, columns).  If the rows vary in fewer directions, the rest are zeros.
    Each vector's largest component is positive.
    Source: Jolliffe, Principal Component Analysis, 2nd ed., 2002, ch. 1 and 3.5.

    >>> principal_axes(np.array([[1.0, 2.0], [1.0, 4.0], [1.0, 9.0]]), count=2).round(3).tolist()
    [[0.0, 0.0], [1.0, 0.0]]
    """
    centred = rows - rows.mean(axis=0)
    wide = rows.shape[1] > len(rows)
    # Both products have the same largest eigenvalues; the smaller one is faster.
    values, vectors = np.linalg.eigh(centred @ centred.T if wide else centred.T @ centred)
    order = np.argsort(values)[::-1][:count]
    least = max(LEAST_VARIANCE * values.sum(), LEAST_SQUARES * float((rows**2).sum()))
    order = order[values[order] > least]
    found = centred.T @ vectors[:, order] if wide else vectors[:, order]
    found /= np.linalg.norm(found, axis=0)
    found *= np.sign(found[np.abs(found).argmax(axis=0), np.arange(len(order))])
    axes = np.zeros((rows.shape[1], count))
    axes[:, : len(order)] = found
    return axes
