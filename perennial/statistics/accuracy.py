"""Accuracy: the share of rows whose predicted label is the true one."""

import numpy as np
from numpy.typing import ArrayLike

from perennial.statistics.confusion import checked_confusion
from perennial.statistics.counts import Floats, Ints, counted, quotient


def accuracy(confusion: ArrayLike) -> float | None:
    """Return the share of labelled predictions that were right, or None if there are no labels.

    confusion: counts by (label, predicted), shape (labels, labels).
    Raises ShapeMismatch, InvalidCounts.

    >>> accuracy([[8, 1], [1, 0]]), accuracy([[0, 0], [0, 0]])
    (0.8, None)
    """
    counts = checked_confusion(confusion)
    rows = counts.sum()
    return float(quotient(np.trace(counts), rows)) if rows > 0 else None


def weighted_accuracy(probabilities: Floats, labels: Ints, weights: Floats) -> Floats:
    """Return the same for many weightings of the rows; arguments as in `metrics.Weighted`.

    >>> sure = np.array([[0.9, 0.1], [0.8, 0.2]])
    >>> weighted_accuracy(sure, np.array([0, 1]), np.array([[1.0, 1.0], [3.0, 1.0]])).tolist()
    [0.5, 0.75]
    """
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    return quotient(weights @ right, weights.sum(axis=1))


def estimated_accuracy(
    confidence_sum: float, count: float, *, accuracy: float, confidence: float
) -> float | None:
    """Estimate the accuracy from the model's confidence, without labels; None when idle.

    This is the reference's accuracy minus the fall of the mean confidence since then. A model that
    is over- or underconfident on the reference does not bias the estimate.
    confidence_sum: sum of the predicted labels' probabilities.  count: predictions.
    accuracy, confidence: of the reference; the mean probability, like that of live predictions.
    Source: difference of confidences; Guillory et al., Predicting with Confidence on Unseen
    Distributions, 2021, sec. 3.

    >>> estimated_accuracy(1.5, 2, accuracy=0.8, confidence=0.875)
    0.675
    """
    total, rows = counted([confidence_sum, count], "confidence")
    if rows == 0:
        return None
    return float(np.clip(accuracy + total / rows - confidence, 0.0, 1.0))
