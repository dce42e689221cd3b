"""A model's scores on rows it never saw, and the interval in which two models' scores differ."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perennial.statistics.comparison import confidence_bins

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SAMPLES = 1000
AT_ONCE = 100
LEAST = float(np.finfo(np.float32).eps)

# Probabilities, shape (rows, labels), label indices, shape (rows,), and how often each row counts,
# shape (samples, rows), to the score of each sample, shape (samples,).
Metric = Callable[[Floats, Ints, Floats], Floats]


@dataclass(frozen=True)
class Kind:
    """A metric with its unit; NaN where it is undefined."""

    metric: Metric
    unit: str
    higher_is_better: bool


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


def accuracy(probabilities: Floats, labels: Ints, counts: Floats) -> Floats:
    """Return the share of rows whose most probable label is the true one."""
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    return _mean(right, counts)


def _mean(values: Floats, counts: Floats) -> Floats:
    means: Floats = (counts @ values) / counts.sum(axis=1)
    return means


def macro_f1(probabilities: Floats, labels: Ints, counts: Floats) -> Floats:
    """Return the mean, over labels that the rows have, of F1.

    F1 is the harmonic mean of precision and recall, that is 2 right / (true + predicted).
    """
    every = np.arange(probabilities.shape[1])
    truth = (labels[:, None] == every).astype(np.float64)
    predicted = (probabilities.argmax(axis=1)[:, None] == every).astype(np.float64)
    true = counts @ truth
    scores = 2 * (counts @ (truth * predicted)) / np.maximum(true + counts @ predicted, LEAST)
    found: Floats = np.where(true > 0, scores, 0).sum(axis=1) / (true > 0).sum(axis=1)
    return found


def auc(probabilities: Floats, labels: Ints, counts: Floats) -> Floats:
    """Return the mean area under the ROC curves of each label against the rest.

    Labels that a sample lacks are left out; with one label only it is NaN.
    Source: Hanley and McNeil, The meaning and use of the area under a ROC curve, 1982.

    >>> auc(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([0, 1]), np.ones((1, 2)))
    array([1.])
    """
    total, defined = np.zeros(len(counts)), np.zeros(len(counts))
    for label in np.unique(labels):
        area = _area(probabilities[:, label], labels == label, counts)
        total += np.nan_to_num(area)
        defined += ~np.isnan(area)
    return _divided(total, defined)


def _area(values: Floats, truth: NDArray[np.bool_], counts: Floats) -> Floats:
    """Return the area of one label: how often a row of it has more than one of the rest."""
    order = values.argsort(kind="stable")
    ties = np.flatnonzero(np.diff(values[order], prepend=-np.inf))
    ordered = counts[:, order]
    of_it = np.add.reduceat(ordered * truth[order], ties, axis=1)
    rest = np.add.reduceat(ordered * ~truth[order], ties, axis=1)
    wins = (of_it * (rest.cumsum(axis=1) - rest / 2)).sum(axis=1)
    pairs = of_it.sum(axis=1) * rest.sum(axis=1)
    return _divided(wins, pairs)


def _divided(above: Floats, below: Floats) -> Floats:
    """Return the quotient, NaN where it is undefined."""
    found: Floats = np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0)
    return found


def log_loss(probabilities: Floats, labels: Ints, counts: Floats) -> Floats:
    """Return the mean surprise at the true label, in nats: 0 is certain and right."""
    chosen = probabilities[np.arange(len(labels)), labels]
    return _mean(-np.log(np.clip(chosen, LEAST, 1)), counts)


def calibration(probabilities: Floats, labels: Ints, counts: Floats) -> Floats:
    """Return `statistics.calibration_error`: how far confidence lies from accuracy."""
    confidence = probabilities.max(axis=1)
    gaps = (probabilities.argmax(axis=1) == labels) - confidence
    index = confidence_bins(confidence)
    bins = (index[:, None] == np.unique(index)) * gaps[:, None]
    found: Floats = np.abs(counts @ bins).sum(axis=1) / counts.sum(axis=1)
    return found


METRICS: dict[str, Kind] = {
    "accuracy": Kind(accuracy, "share of rows", True),
    "macro F1": Kind(macro_f1, "0 to 1", True),
    "AUC": Kind(auc, "0 to 1", True),
    "log loss": Kind(log_loss, "nats", False),
    "calibration error": Kind(calibration, "share of rows", False),
}


def measure(name: str, probabilities: Floats, labels: Ints) -> float:
    """Return a metric of METRICS by its name."""
    return float(METRICS[name].metric(probabilities, labels, np.ones((1, len(labels))))[0])


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
    found: list[list[Floats]] = [[] for _ in METRICS]
    for _ in range(0, SAMPLES, AT_ONCE):
        counts = _resample(random, len(labels))
        for values, kind in zip(found, METRICS.values(), strict=True):
            new = kind.metric(challenger, labels, counts)
            values.append(new - kind.metric(champion, labels, counts))
    scores = []
    for (name, kind), values in zip(METRICS.items(), found, strict=True):
        low, high = np.quantile(np.concatenate(values), [level / 2, 1 - level / 2])
        both = measure(name, champion, labels), measure(name, challenger, labels)
        scores.append(Score(name, kind.higher_is_better, *both, float(low), float(high)))
    return scores


def _resample(random: np.random.Generator, rows: int) -> Floats:
    """Return how often each row is drawn, shape (AT_ONCE, rows)."""
    drawn = random.integers(0, rows, size=(AT_ONCE, rows)) + np.arange(AT_ONCE)[:, None] * rows
    counts = np.bincount(drawn.ravel(), minlength=AT_ONCE * rows)
    return counts.reshape(AT_ONCE, rows).astype(np.float64)
