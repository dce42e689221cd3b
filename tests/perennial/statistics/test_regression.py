"""Metrics of numbers are scikit-learn's, and intervals are scored as the source says."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics

from perennial.statistics.number_losses import LOSSES, number_metrics
from perennial.statistics.regression import covered, interval_scores

RANDOM = np.random.default_rng(3)
TRUTHS = RANDOM.gamma(2, 30, 300)
ANSWERS = TRUTHS + RANDOM.normal(0, 12, 300)
VALUES = np.stack([ANSWERS, ANSWERS - 10, ANSWERS + 15], axis=1)
WEIGHTS = RANDOM.integers(0, 4, (5, 300)).astype(np.float64)
FOUND = number_metrics("EUR", quantile=0.8, coverage=0.9)
SKLEARN: dict[str, Callable[..., float]] = {
    "mae": metrics.mean_absolute_error,
    "mse": metrics.mean_squared_error,
    "rmse": metrics.root_mean_squared_error,
    "r2": metrics.r2_score,
    "pinball_loss": lambda truths, answers, **given: metrics.mean_pinball_loss(
        truths, answers, alpha=0.8, **given
    ),
}


@pytest.mark.parametrize("name", SKLEARN)
def test_a_metric_is_that_of_scikit_learn(name: str) -> None:
    """With all weights 1, and with weights that repeat rows or leave them out."""
    other = SKLEARN[name]
    assert FOUND[name].score(VALUES, TRUTHS) == pytest.approx(other(TRUTHS, ANSWERS))
    expected = [other(TRUTHS, ANSWERS, sample_weight=weights) for weights in WEIGHTS]
    assert FOUND[name].weighted(VALUES, TRUTHS, WEIGHTS) == pytest.approx(expected)


def test_r2_of_equal_truths_is_undefined() -> None:
    """There is no variance to explain; scikit-learn says 0 or 1 there."""
    assert np.isnan(FOUND["r2"].score(VALUES[:3], np.full(3, 0.1)))


def test_no_other_interval_scores_less_than_the_quantiles() -> None:
    """The interval score is lowest on average at the quantiles that it is meant for."""
    drawn = np.random.default_rng(1).normal(size=100_000)

    def score(low: float, high: float) -> float:
        row = np.array([[0.0, low, high]])
        return float(interval_scores(np.repeat(row, len(drawn), axis=0), drawn, 0.9).mean())

    best = score(-1.645, 1.645)
    for low, high in ((-1.3, 1.645), (-2.1, 1.645), (-1.645, 1.2), (-3.0, 3.0), (-0.5, 0.5)):
        assert score(low, high) > best


def test_the_ends_belong_to_the_interval() -> None:
    """A label at an end counts as held."""
    values = np.array([[1.0, 0.0, 2.0]] * 4)
    assert covered(values, np.array([0.0, 2.0, -0.1, 2.1])).tolist() == [True, True, False, False]


@pytest.mark.parametrize("name", LOSSES)
def test_the_best_constant_has_the_least_loss(name: str) -> None:
    """No other number loses less on the same truths."""
    loss = LOSSES[name]

    def lost(answer: float) -> float:
        return float(loss.of(TRUTHS - answer, 0.8).mean())

    best = loss.best(TRUTHS, 0.8)
    assert all(lost(best) <= lost(best + step) for step in (-5.0, -0.1, 0.1, 5.0))
