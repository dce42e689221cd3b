"""The report's scores against scikit-learn's, and their intervals."""

import numpy as np
import pytest
from sklearn import metrics

from perennial.statistics.comparison import calibration_error
from training.gate.scores import (
    METRICS,
    Floats,
    compare_scores,
    confusion,
    measure,
    precision_recall,
)

LABELS = np.random.default_rng(1).integers(0, 4, size=300)


def answers(skill: float, *, seed: int = 2) -> Floats:
    """Return probabilities that favour the truth by `skill`, with ties."""
    scores = np.random.default_rng(seed).normal(size=(300, 4)).round(1)
    scores[np.arange(300), LABELS] += skill
    powers = np.exp(scores)
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def test_scores_are_scikit_learns() -> None:
    """Accuracy, macro F1, AUC and log loss equal the library's, ties included; so does ours."""
    given = answers(1.0)
    expected = {
        "accuracy": metrics.accuracy_score(LABELS, given.argmax(axis=1)),
        "macro F1": metrics.f1_score(LABELS, given.argmax(axis=1), average="macro"),
        "AUC": metrics.roc_auc_score(LABELS, given, multi_class="ovr"),
        "log loss": metrics.log_loss(LABELS, given),
        "calibration error": calibration_error(given, LABELS),
    }
    found = {name: measure(name, given, LABELS) for name in METRICS}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("name", METRICS)
def test_a_row_that_counts_twice_is_two_rows(name: str) -> None:
    """A sample of the bootstrap, given as counts, scores what its rows score."""
    given, random = answers(1.0), np.random.default_rng(3)
    counts = random.integers(0, 3, size=(4, 300))
    found = METRICS[name].metric(given, LABELS, counts.astype(np.float64))
    for sample, value in zip(counts, found, strict=True):
        rows = np.repeat(np.arange(300), sample)
        assert value == pytest.approx(measure(name, given[rows], LABELS[rows]))


def test_precision_and_recall_are_scikit_learns() -> None:
    """Both come from the confusion matrix, which is the library's too."""
    given = answers(0.5)
    predicted = given.argmax(axis=1)
    matrix = confusion(given, LABELS)
    assert (matrix == metrics.confusion_matrix(LABELS, predicted)).all()
    precision, recall = precision_recall(matrix)
    assert precision == pytest.approx(metrics.precision_score(LABELS, predicted, average=None))
    assert recall == pytest.approx(metrics.recall_score(LABELS, predicted, average=None))


def test_a_label_without_rows_is_left_out_of_auc() -> None:
    """Its curve is undefined; with one label only there is no score at all."""
    two = LABELS < 2
    assert 0.5 < measure("AUC", answers(2.0)[two], LABELS[two]) <= 1
    assert np.isnan(measure("AUC", answers(2.0), np.zeros(300, np.int64)))


def test_a_better_model_is_better_in_every_score() -> None:
    """Intervals of a clear gain lie on the good side of zero, which is below it for a loss."""
    scores = compare_scores(answers(0.3), answers(3.0, seed=5), LABELS, level=0.05, seed=7)
    assert [score.name for score in scores] == list(METRICS)
    for score in scores[:4]:
        assert score.low <= score.difference <= score.high
        assert (score.low > 0) if score.higher_is_better else (score.high < 0)


def test_a_model_does_not_differ_from_itself() -> None:
    """All differences and intervals are zero."""
    given = answers(1.0)
    for score in compare_scores(given, given, LABELS, level=0.05, seed=7):
        assert (score.low, score.difference, score.high) == (0.0, 0.0, 0.0)
