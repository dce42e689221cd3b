"""Macro F1: the mean over labels of F1 = 2 TP / (2 TP + FP + FN).

Labels that are neither true nor predicted anywhere are excluded; labels never predicted right count
as 0. scikit-learn's f1_score with average="macro" and zero_division=0 does both.
Source: Opitz and Burst, Macro F1 and Macro F1, 2019 (the mean of F1 scores, not the F1 of means).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from perennial.statistics.confusion import checked_confusion
from perennial.statistics.counts import Floats, Ints, quotient


def macro_f1(confusion: ArrayLike, labels: Sequence[int] | None = None) -> float | None:
    """Return macro F1, or None if there are no labelled predictions.

    confusion: counts by (label, predicted), shape (labels, labels).
    labels: the places of those to take the mean of, as in f1_score; all if None.
    Raises ShapeMismatch, InvalidCounts.

    >>> macro_f1([[8, 0, 0], [2, 0, 0], [0, 0, 0]])
    0.4444444444444444
    >>> macro_f1([[8, 0, 2], [0, 0, 0], [0, 0, 0]], labels=[0, 1])
    0.8888888888888888
    """
    counts = checked_confusion(confusion)
    parts = np.stack([np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)])
    right, true, predicted = parts if labels is None else parts[:, list(labels)]
    value = float(_mean_f1(right, true, predicted))
    return None if np.isnan(value) else value


def weighted_macro_f1(probabilities: Floats, labels: Ints, weights: Floats) -> Floats:
    """Return the same for many weightings of the rows; arguments as in `metrics.Weighted`.

    >>> sure = np.array([[0.9, 0.1], [0.8, 0.2]])
    >>> weighted_macro_f1(sure, np.array([0, 1]), np.array([[4.0, 1.0]])).round(4).tolist()
    [0.4444]
    """
    every = np.arange(probabilities.shape[1])
    true = (labels[:, None] == every).astype(np.float64)
    predicted = (probabilities.argmax(axis=1)[:, None] == every).astype(np.float64)
    return _mean_f1(weights @ (true * predicted), weights @ true, weights @ predicted)


def _mean_f1(right: Floats, true: Floats, predicted: Floats) -> Floats:
    """Return the mean over the last axis, labels, of F1; NaN where there are no rows."""
    involved = true + predicted
    scores = np.nan_to_num(quotient(2 * right, involved))
    return quotient(scores.sum(axis=-1), np.count_nonzero(involved, axis=-1).astype(np.float64))
