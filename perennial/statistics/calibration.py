"""Calibration: whether a model is right as often as its confidence says, per confidence bin.

This specifies the recorded calibration error; training and its report compute it here.
"""

import numpy as np
from numpy.typing import ArrayLike

from perennial.statistics.counts import Floats, Ints, quotient
from perennial.statistics.errors import BinMismatch, InvalidCounts

# The upper bounds, inclusive, of the ten confidence bins in which the service counts labels.
BOUNDS = tuple((number + 1) / 10 for number in range(10))


def confidence_bins(confidence: Floats) -> Ints:
    """Return the bin of each confidence; values rounded slightly over 1 belong to the last.

    >>> confidence_bins(np.array([0.05, 0.5, 1.0])).tolist()
    [0, 4, 9]
    """
    return np.searchsorted(BOUNDS[:-1], confidence).astype(np.int64)


def calibration_error(labels: ArrayLike, right: ArrayLike, confidence: ArrayLike) -> float | None:
    """Return the expected calibration error, or None if there are no labels.

    The mean gap between accuracy and mean confidence over the confidence bins, weighted by their
    labels. 0 is calibrated, 0.05 is usual for an uncalibrated network. With few labels it is larger
    by chance, see `calibration_chance`.
    labels: labelled predictions per bin.  right: of them, those that were right.
    confidence: the sum of their confidences. All of shape (bins,).
    Raises BinMismatch, InvalidCounts.
    Source: Guo et al., On Calibration of Modern Neural Networks, 2017, eq. 3.

    >>> round(calibration_error([10, 90], [5, 81], [6.0, 81.0]), 3)
    0.01
    """
    error = float(_error(*_bins(labels=labels, right=right, confidence=confidence)))
    return None if np.isnan(error) else error


def weighted_calibration_error(probabilities: Floats, labels: Ints, weights: Floats) -> Floats:
    """Return the same for many weightings of rows; arguments as in `metrics.Weighted`.

    >>> sure = np.array([[1.0, 0.0], [1.0, 0.0]])
    >>> weighted_calibration_error(sure, np.array([0, 1]), np.array([[1.0, 1.0], [3.0, 1.0]]))
    array([0.5 , 0.25])
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    inside = confidence_bins(confidence)[:, None] == np.arange(len(BOUNDS))
    columns = (inside, inside * right[:, None], inside * confidence[:, None])
    return _error(*(weights @ column.astype(np.float64) for column in columns))


def _error(counts: Floats, right: Floats, confidence: Floats) -> Floats:
    """Return the error over the last axis, the bins; NaN where nothing was counted.

    A bin's gap times its count is the difference of two sums.
    """
    gaps = np.where(counts > 0, np.abs(right - confidence), 0.0)
    return quotient(gaps.sum(axis=-1), counts.sum(axis=-1))


def calibration_chance(labels: ArrayLike, confidence: ArrayLike) -> float | None:
    """Return the error that a perfectly calibrated model has by chance; None without labels.

    In a bin of n labels with mean confidence c, the accuracy has the standard error
    sqrt(c (1 - c) / n); the mean absolute normal deviation is sqrt(2 / pi) times that.
    labels, confidence: as in `calibration_error`, with the same errors.
    Source: the idea of Bröcker and Smith, Increasing the Reliability of Reliability Diagrams, 2007;
    the mean of the half-normal distribution.

    >>> round(calibration_chance([100, 900], [60.0, 810.0]), 3)
    0.011
    """
    counts, sure = _bins(labels=labels, confidence=confidence)
    seen = counts > 0
    if not seen.any():
        return None
    mean = sure[seen] / counts[seen]
    # Extrapolated counters may put a mean slightly over 1.
    spread = np.maximum(mean * (1 - mean), 0.0)
    return float(np.sum(np.sqrt(2 / np.pi * counts[seen] * spread)) / counts.sum())


def _bins(**given: ArrayLike) -> tuple[Floats, ...]:
    """Return all arguments as arrays of shape (bins,). Raises BinMismatch, InvalidCounts."""
    values = {name: np.asarray(value, dtype=np.float64) for name, value in given.items()}
    shape = values["labels"].shape
    for name, found in values.items():
        if found.shape != shape or found.ndim != 1:
            raise BinMismatch(name, found.shape, f"one dimension and the shape of labels, {shape}")
        if not ((found >= 0) & np.isfinite(found)).all():
            raise InvalidCounts(name, found.tolist(), "finite numbers of 0 or more")
    return tuple(values.values())
