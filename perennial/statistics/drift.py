"""Every monitored statistic in numpy: the specification that the recording rules repeat in PromQL.

Counts may be fractions, since Prometheus extrapolates the increase of a counter to its window.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perennial.statistics.errors import BinMismatch, InvalidCounts, InvalidReference

Floats = NDArray[np.float64]


def smoothed_shares(live: ArrayLike, reference: ArrayLike, *, prior: float = 50.0) -> Floats:
    """Return the live shares, pulled towards the reference: an idle service has the reference's.

    live: observations per bin, shape (bins,).  reference: shares that sum to 1, same shape.
    prior: weight of the reference in observations; 50 is usual here, 0 would be the raw share.
    Raises BinMismatch, InvalidCounts, InvalidReference.
    Source: the posterior mean under a Dirichlet prior; Gelman et al., Bayesian Data Analysis, 3.4.

    >>> smoothed_shares([50, 0], [0.5, 0.5]).tolist()
    [0.75, 0.25]
    """
    counts, shares = checked(live, reference)
    smoothed: Floats = (counts + prior * shares) / (counts.sum() + prior)
    return smoothed


def psi(live: ArrayLike, reference: ArrayLike, *, prior: float = 50.0) -> float:
    """Return the population stability index: how far live traffic is from the reference.

    0 is no change, 0.1 is worth a look, 0.25 is a different population. An idle service is at
    exactly 0 and an empty bin is finite, both by smoothing towards the reference.
    live, reference, prior: as in `smoothed_shares`, with the same errors.
    Source: Siddiqi, Credit Risk Scorecards, 2006, ch. 6.

    >>> psi([0, 0], [0.5, 0.5])
    0.0
    >>> round(psi([50, 0], [0.5, 0.5]), 3)
    0.275
    """
    counts, shares = checked(live, reference)
    rows = counts.sum()
    # The same difference as p - q, written so that it is exactly 0 where nothing was counted.
    difference = (counts - rows * shares) / (rows + prior)
    return float(np.sum(difference * np.log(smoothed_shares(counts, shares, prior=prior) / shares)))


def ks(live: ArrayLike, reference: ArrayLike, *, prior: float = 50.0) -> float:
    """Return the Kolmogorov-Smirnov distance of a numeric signal: max |CDF live - CDF reference|.

    From 0, no change, to 1, no overlap; unlike PSI it knows the order of the bins, so that moves
    in one direction add up and moves to and fro do not. The live shares are smoothed as in PSI:
    exactly 0 when idle. Within a bin nothing is seen, so the raw values may lie further apart.
    live, reference: as in `smoothed_shares`, with the same errors, bins in order, `outside` and
    `missing` last; both count as above all others, so that a rise of them shows too.
    prior: as in `smoothed_shares`.
    Source: Conover, Practical Nonparametric Statistics, 3rd ed., 1999, 6.3; on bins: Pettitt and
    Stephens, The Kolmogorov-Smirnov Goodness-of-Fit Statistic with Discrete and Grouped Data, 1977.

    >>> ks([0, 0, 0, 0], [0.25, 0.5, 0.125, 0.125])
    0.0
    >>> ks([0, 50, 0, 0], [0.25, 0.5, 0.125, 0.125]), ks([0, 0, 0, 50], [0.25, 0.5, 0.125, 0.125])
    (0.125, 0.375)
    """
    counts, shares = checked(live, reference)
    rows = counts.sum()
    distance = np.cumsum(counts) - rows * np.cumsum(shares)
    return float(np.abs(distance[:-2]).max(initial=0.0) / (rows + prior))


def drifts(effect: float, evidence: float, *, limit: float) -> bool:
    """Return whether a signal drifts in a window: the effect is large and the evidence sufficient.

    effect: PSI.  evidence: over its limit, as `evidence.strength` gives it.  limit: of PSI, 0.1 in
    an hour.

    >>> [drifts(0.6, evidence, limit=0.1) for evidence in (0.2, 1.5)]
    [False, True]
    """
    return effect > limit and evidence > 1


def accuracy(confusion: ArrayLike) -> float | None:
    """Return the share of labelled predictions that were right, or None where there is no label.

    confusion: counts by (label, predicted), shape (labels, labels).

    >>> accuracy([[8, 1], [1, 0]]), accuracy([[0, 0], [0, 0]])
    (0.8, None)
    """
    counts = _confusion(confusion)
    rows = counts.sum()
    return float(np.trace(counts) / rows) if rows > 0 else None


def macro_f1(confusion: ArrayLike) -> float | None:
    """Return the mean of the labels' F1 scores, or None where there is no labelled prediction.

    A label's F1 is 2 TP / (2 TP + FP + FN). A label that was neither true nor predicted is left
    out; one that was never predicted right counts as 0: both as scikit-learn's f1_score does with
    average="macro" and zero_division=0.
    confusion: as in `accuracy`, with the same errors.
    Source: Opitz and Burst, Macro F1 and Macro F1, 2019 (the mean of F1 scores, not the F1 of
    means).

    >>> macro_f1([[8, 0, 0], [2, 0, 0], [0, 0, 0]])
    0.4444444444444444
    """
    counts = _confusion(confusion)
    involved = counts.sum(axis=0) + counts.sum(axis=1)
    seen = involved > 0
    return float(np.mean(2 * np.diag(counts)[seen] / involved[seen])) if seen.any() else None


def label_coverage(labels: float, predictions: float) -> float | None:
    """Return the share of predictions that got their label; None where none was made.

    labels: that came in a window.  predictions: made in a window of the same length that ended one
    usual label delay earlier, the ones which those labels can speak of. Exact where labels take
    that long; where they take longer or shorter it is off by as much as traffic changed meanwhile,
    and may pass 1. Labels that are still on their way are thus no gap.

    >>> label_coverage(20, 80), label_coverage(0, 0)
    (0.25, None)
    """
    came, made = _counts([labels, predictions], "labels")
    return float(came / made) if made > 0 else None


def estimated_accuracy(
    confidence_sum: float, count: float, *, accuracy: float, confidence: float
) -> float | None:
    """Return the accuracy that the model's own confidence promises, without labels; None when idle.

    The reference's accuracy, less what the mean confidence has fallen since: where the model was
    surer, or less sure, than right on the reference, that error drops out.
    confidence_sum: sum of the predicted labels' probabilities.  count: predictions.
    accuracy, confidence: of the reference; the mean probability, like that of live predictions.
    Source: difference of confidences; Guillory et al., Predicting with Confidence on Unseen
    Distributions, 2021, sec. 3.

    >>> estimated_accuracy(1.5, 2, accuracy=0.8, confidence=0.875)
    0.675
    """
    total, rows = _counts([confidence_sum, count], "confidence")
    if rows == 0:
        return None
    return float(np.clip(accuracy + total / rows - confidence, 0.0, 1.0))


def control_limit(reference: float, *, size: float, rows: float, z: float = 3.0) -> float:
    """Return the accuracy below which live rows contradict the accuracy the model came with.

    reference: that accuracy.  size: rows it was measured on; its own sampling error counts too.
    rows: live rows, more than 0.  z: standard errors; 3 is the classical chart, 5 suits a sliding
    window, which is looked at all day.
    Source: the p-chart; Montgomery, Introduction to Statistical Quality Control, 7.2, with the
    standard error of a difference of two proportions.

    >>> round(control_limit(0.9, size=100, rows=100), 3)
    0.773
    """
    if not 0 <= reference <= 1:
        raise InvalidReference("reference", reference, "an accuracy from 0 to 1")
    if not size > 0:
        raise InvalidReference("size", size, "more than 0 rows")
    if not rows > 0:
        raise InvalidCounts("rows", rows, "more than 0 rows")
    return reference - z * math.sqrt(reference * (1 - reference) * (1 / rows + 1 / size))


def _confusion(confusion: ArrayLike) -> Floats:
    counts = _counts(confusion, "confusion")
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise BinMismatch("confusion", counts.shape, "as many predicted labels as labels")
    return counts


def checked(live: ArrayLike, reference: ArrayLike) -> tuple[Floats, Floats]:
    """Return counts and shares as arrays. Raises BinMismatch, InvalidCounts, InvalidReference."""
    counts = _counts(live, "live")
    shares = np.asarray(reference, dtype=np.float64)
    if counts.shape != shares.shape or counts.ndim != 1:
        raise BinMismatch("live", counts.shape, f"the reference's shape {shares.shape}")
    if not (shares > 0).all():
        raise InvalidReference("reference", float(shares.min()), "every share over 0")
    return counts, shares


def _counts(values: ArrayLike, name: str) -> Floats:
    counts = np.asarray(values, dtype=np.float64)
    if not ((counts >= 0) & np.isfinite(counts)).all():
        raise InvalidCounts(name, counts.tolist(), "finite counts of 0 or more")
    return counts
