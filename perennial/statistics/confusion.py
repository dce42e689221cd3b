"""The confusion matrix: the number of rows by true and predicted label.

Our own code: it is one bincount, and importing scikit-learn takes a second or more.
"""

import numpy as np
from numpy.typing import ArrayLike

from perennial.statistics.counts import Floats, Ints, counted
from perennial.statistics.errors import ShapeMismatch


def confusion_matrix(probabilities: Floats, labels: Ints) -> Ints:
    """Return the number of rows by true label (first axis) and most probable label (second).

    probabilities: shape (rows, labels).  labels: indices of the true ones, shape (rows,).

    >>> confusion_matrix(np.array([[0.9, 0.1], [0.6, 0.4]]), np.array([0, 1])).tolist()
    [[1, 0], [1, 0]]
    """
    size = probabilities.shape[1]
    pairs = labels * size + probabilities.argmax(axis=1)
    return np.bincount(pairs, minlength=size * size).reshape(size, size)


def precision_recall(confusion: Ints) -> tuple[Floats, Floats]:
    """Return both per label; 0 for a label that no row was predicted as, or that no row has.

    >>> [share.tolist() for share in precision_recall(np.array([[1, 1], [0, 2]]))]
    [[1.0, 0.6666666666666666], [0.5, 1.0]]
    """
    right = np.diag(confusion).astype(np.float64)
    predicted, true = confusion.sum(axis=0), confusion.sum(axis=1)
    return right / np.maximum(predicted, 1), right / np.maximum(true, 1)


def checked_confusion(confusion: ArrayLike) -> Floats:
    """Return a confusion matrix as an array. Raises ShapeMismatch, InvalidCounts."""
    counts = counted(confusion, "confusion")
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ShapeMismatch("confusion", counts.shape, "as many predicted labels as labels")
    return counts
