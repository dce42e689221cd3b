"""A model's scores on rows it never saw, and the interval in which two models' scores differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.statistics import calibration_error

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SAMPLES = 500
LEAST = float(np.finfo(np.float32).eps)

# Probabilities of shape (rows, labels) and label indices of shape (rows,) to a score.
Metric = Callable[[Floats, Ints], float]


@dataclass(frozen=True)
class Score:
    """One metric of both models: challenger's minus champion's with its bootstrap interval."""

    name: str
    higher_is_better: bool
    champion: float
    challenger: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """Challenger's minus champion's."""
        return self.challenger - self.champion


def confusion(probabilities: Floats, labels: Ints) -> Ints:
    """Return the number of rows of each true label (down) that got each answer (across)."""
    size = probabilities.shape[1]
    pairs = labels * size + probabilities.argmax(axis=1)
    return np.bincount(pairs, minlength=size * size).reshape(size, size)


def precision_recall(matrix: Ints) -> tuple[Floats, Floats]:
    """Return both per label, 0 where nothing of it was predicted, or was there.

    >>> [share.tolist() for share in precision_recall(np.array([[1, 1], [0, 2]]))]
    [[1.0, 0.6666666666666666], [0.5, 1.0]]
    """
    right = np.diag(matrix).astype(np.float64)
    return right / np.maximum(matrix.sum(axis=0), 1), right / np.maximum(matrix.sum(axis=1), 1)


def accuracy(probabilities: Floats, labels: Ints) -> float:
    """Return the share of rows whose most probable label is the true one."""
    return float((probabilities.argmax(axis=1) == labels).mean())


def macro_f1(probabilities: Floats, labels: Ints) -> float:
    """Return the mean over labels of the harmonic mean of precision and recall."""
    precision, recall = precision_recall(confusion(probabilities, labels))
    return float((2 * precision * recall / np.maximum(precision + recall, LEAST)).mean())


def auc(probabilities: Floats, labels: Ints) -> float:
    """Return the mean area under the ROC curves of each label against the rest; NaN if undefined.

    Labels that the rows lack are left out.
    Source: Hanley and McNeil, The meaning and use of the area under a ROC curve, 1982.

    >>> auc(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 1]))
    1.0
    """
    present = np.unique(labels)
    if len(present) < 2:
        return float("nan")
    truth = labels[:, None] == present
    ranks = _ranks(probabilities[:, present])
    positive = truth.sum(axis=0)
    wins = (ranks * truth).sum(axis=0) - positive * (positive + 1) / 2
    return float((wins / (positive * (len(labels) - positive))).mean())


def _ranks(values: Floats) -> Floats:
    """Return each value's rank in its column, from 1; equal values share their mean rank."""
    order = values.argsort(axis=0)
    ordered = np.take_along_axis(values, order, axis=0)
    rows = np.arange(len(values))[:, None]
    new = np.vstack([np.ones((1, values.shape[1]), bool), ordered[1:] != ordered[:-1]])
    first = np.maximum.accumulate(np.where(new, rows, 0), axis=0)
    ends = np.vstack([new[1:], np.ones((1, values.shape[1]), bool)])
    last = np.minimum.accumulate(np.where(ends, rows, len(values))[::-1], axis=0)[::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=0)
    return ranks


def log_loss(probabilities: Floats, labels: Ints) -> float:
    """Return the mean surprise at the true label, in nats: 0 is certain and right."""
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.clip(chosen, LEAST, 1)).mean())


# Name to the metric and whether higher is better.
METRICS: dict[str, tuple[Metric, bool]] = {
    "accuracy": (accuracy, True),
    "macro F1": (macro_f1, True),
    "AUC": (auc, True),
    "log loss": (log_loss, False),
    "calibration error": (calibration_error, False),
}


def aligned(probabilities: Floats, given: Sequence[str], wanted: Sequence[str]) -> Floats:
    """Return the columns in another order of labels; a label not given has probability 0.

    >>> aligned(np.array([[0.2, 0.8]]), ["a", "b"], ["b", "c", "a"]).tolist()
    [[0.8, 0.0, 0.2]]
    """
    found = np.zeros((len(probabilities), len(wanted)))
    for column, label in enumerate(wanted):
        if label in given:
            found[:, column] = probabilities[:, list(given).index(label)]
    return found


def compare_scores(
    champion: Floats, challenger: Floats, labels: Ints, *, level: float, seed: int
) -> list[Score]:
    """Return every metric of both models on the same rows, with the interval of its difference.

    level: of the intervals, 0.05 for 95 %.  seed: same seed, same intervals.
    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13 (percentile).
    """
    random = np.random.default_rng(seed)
    differences = np.empty((SAMPLES, len(METRICS)))
    for sample in differences:
        rows = random.integers(0, len(labels), size=len(labels))
        old, new, truth = champion[rows], challenger[rows], labels[rows]
        sample[:] = [metric(new, truth) - metric(old, truth) for metric, _ in METRICS.values()]
    scores = []
    for (name, (metric, higher)), column in zip(METRICS.items(), differences.T, strict=True):
        low, high = np.quantile(column, [level / 2, 1 - level / 2])
        values = metric(champion, labels), metric(challenger, labels)
        scores.append(Score(name, higher, *values, float(low), float(high)))
    return scores
