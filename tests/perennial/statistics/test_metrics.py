"""Every metric has one definition: all who compute it agree, with scikit-learn where it has one."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics as theirs

from perennial.statistics.accuracy import accuracy
from perennial.statistics.calibration import BOUNDS, calibration_error, confidence_bins
from perennial.statistics.confusion import confusion_matrix, precision_recall
from perennial.statistics.counts import Floats, Ints
from perennial.statistics.f1 import macro_f1
from perennial.statistics.log_loss import LEAST_PROBABILITY
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.statistics.metrics import METRICS
from training.stages.evaluate import metrics_of

Table = tuple[Floats, Ints]
WIDTH = 5


def _table(seed: int, rows: int, *, true: int = WIDTH, predicted: int = WIDTH) -> Table:
    """Return probabilities of WIDTH labels, ties included, and true labels.

    true, predicted: how many of the labels occur as true ones, and as answers.
    """
    random = np.random.default_rng(seed)
    labels = random.integers(0, true, rows)
    scores = random.normal(size=(rows, WIDTH)).round(1)
    scores[np.arange(rows), labels] += 1.0
    scores[:, predicted:] -= 9.0
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True), labels


TABLES = {
    "all labels": _table(1, 300),
    "a label that is neither true nor predicted": _table(2, 200, true=4, predicted=4),
    "a label that is predicted but never true": _table(3, 200, true=3),
    "a label that is true but never predicted": _table(4, 200, predicted=3),
    "one label": _table(5, 40, true=1, predicted=1),
    "one row": _table(6, 1),
    "no row": _table(7, 0),
}


def _counted_calibration_error(probabilities: Floats, labels: Ints) -> float | None:
    """Return the error of what the service would have counted."""
    confidence = probabilities.max(axis=1)
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    bins = confidence_bins(confidence)
    return calibration_error(
        *(
            np.bincount(bins, weights=weights, minlength=len(BOUNDS))
            for weights in (np.ones(len(labels)), right, confidence)
        )
    )


# The definition on counts, which Prometheus repeats in its rules.
COUNTED: dict[str, Callable[[Floats, Ints], float | None]] = {
    "accuracy": lambda found, labels: accuracy(confusion_matrix(found, labels)),
    "macro_f1": lambda found, labels: macro_f1(confusion_matrix(found, labels)),
    "calibration_error": _counted_calibration_error,
}
SCIKIT_LEARN: dict[str, Callable[[Floats, Ints], float]] = {
    "accuracy": lambda found, labels: theirs.accuracy_score(labels, found.argmax(axis=1)),
    "macro_f1": lambda found, labels: theirs.f1_score(
        labels, found.argmax(axis=1), average="macro", zero_division=0
    ),
    "auc": lambda found, labels: np.mean(
        [theirs.roc_auc_score(labels == one, found[:, one]) for one in np.unique(labels)]
    ),
    "log_loss": lambda found, labels: theirs.log_loss(labels, found, labels=range(WIDTH)),
}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", METRICS)
def test_all_who_compute_a_metric_agree(name: str, table: str) -> None:
    """On counts, on rows, on rows of weight 1, and in metrics.json: the same, or undefined."""
    found, labels = TABLES[table]
    metric = METRICS[name]
    document = metrics_of(ClassesOutput(labels=tuple("abcde")), labels, found)[name]
    values = [
        metric.score(found, labels),
        *metric.weighted(found, labels, np.ones((2, len(labels)))),
        np.nan if document is None else document,
    ]
    if name in COUNTED:
        counted = COUNTED[name](found, labels)
        values.append(np.nan if counted is None else counted)
    assert values == pytest.approx([values[0]] * len(values), nan_ok=True)
    assert np.isnan(values[0]) == (not len(labels) or name == "auc" and len(set(labels)) == 1)


# What scikit-learn refuses: no rows at all, and an AUC without two labels.
KNOWN_THERE = [name for name in TABLES if name != "no row"]
DEFINED_THERE = [
    (name, table)
    for name in SCIKIT_LEARN
    for table in KNOWN_THERE
    if name != "auc" or len(set(TABLES[table][1])) > 1
]


@pytest.mark.parametrize(("name", "table"), DEFINED_THERE)
def test_the_definition_is_scikit_learns(name: str, table: str) -> None:
    """Accuracy, macro F1, AUC and log loss equal the library's, where it defines them."""
    found, labels = TABLES[table]
    expected = SCIKIT_LEARN[name](found, labels)
    assert METRICS[name].score(found, labels) == pytest.approx(expected)


@pytest.mark.parametrize("table", KNOWN_THERE)
def test_confusion_precision_and_recall_are_scikit_learns(table: str) -> None:
    """Labels that never occur have a row and a column of 0, and shares of 0."""
    found, labels = TABLES[table]
    predicted, every = found.argmax(axis=1), range(WIDTH)
    matrix = confusion_matrix(found, labels)
    options = {"labels": every, "average": None, "zero_division": 0}
    expected = [theirs.precision_score, theirs.recall_score]
    assert (matrix == theirs.confusion_matrix(labels, predicted, labels=every)).all()
    for ours, score in zip(precision_recall(matrix), expected, strict=True):
        assert ours == pytest.approx(score(labels, predicted, **options))


@pytest.mark.parametrize("name", METRICS)
def test_a_row_that_counts_twice_is_two_rows(name: str) -> None:
    """A sample of the bootstrap, given as weights, scores what its rows score."""
    found, labels = TABLES["all labels"]
    weights = np.random.default_rng(3).integers(0, 3, size=(4, len(labels)))
    scores = METRICS[name].weighted(found, labels, weights.astype(np.float64))
    for sample, value in zip(weights, scores, strict=True):
        rows = np.repeat(np.arange(len(labels)), sample)
        assert value == pytest.approx(METRICS[name].score(found[rows], labels[rows]))


def test_a_certain_error_costs_what_float32_can_say() -> None:
    """A probability of 0 at the true label is a finite loss."""
    loss = METRICS["log_loss"].score(np.array([[1.0, 0.0]]), np.array([1]))
    assert loss == pytest.approx(-np.log(LEAST_PROBABILITY))


def test_calibrated_probabilities_have_no_error() -> None:
    """Where 80 % confidence is right in 80 % of rows, the error is zero; else it is the gap."""
    probabilities = np.tile([0.8, 0.2], (10, 1))
    labels = np.array([0] * 8 + [1] * 2)
    score = METRICS["calibration_error"].score
    assert score(probabilities, labels) == pytest.approx(0.0)
    assert score(probabilities, 1 - labels) == pytest.approx(0.6)
