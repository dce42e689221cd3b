"""Intervals and paired tests against textbook values and their own promises."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import accuracy_score

from perennial.statistics.comparison import calibration_error, mcnemar, paired_interval, wilson


def pair(gained: int, lost: int, both: int) -> tuple[np.ndarray, np.ndarray]:
    """Return champion and challenger's right rows with the given counts."""
    champion = np.array([False] * gained + [True] * lost + [True] * both)
    challenger = np.array([True] * gained + [False] * lost + [True] * both)
    return champion, challenger


@pytest.mark.parametrize(("correct", "rows"), [(0, 10), (3, 10), (10, 10), (719, 720)])
def test_the_interval_of_a_share_is_scipys(correct: int, rows: int) -> None:
    """Wilson's interval equals scipy's, at the ends of the range too."""
    expected = stats.binomtest(correct, rows).proportion_ci(0.95, method="wilson")
    assert wilson(correct, rows) == pytest.approx((expected.low, expected.high))


def test_a_higher_level_makes_a_wider_interval() -> None:
    """More confidence costs precision."""
    low, high = wilson(80, 100, level=0.95)
    wider_low, wider_high = wilson(80, 100, level=0.99)
    assert wider_low < low < 0.8 < high < wider_high


@pytest.mark.parametrize(("correct", "rows", "level"), [(5, 4, 0.95), (-1, 4, 0.95), (1, 4, 1.0)])
def test_an_impossible_share_is_refused(correct: int, rows: int, level: float) -> None:
    """More right rows than rows, or a level of 1, is an error that names the argument."""
    with pytest.raises(ValueError, match="correct|level"):
        wilson(correct, rows, level)


def test_only_rows_on_which_the_models_differ_decide() -> None:
    """Rows that both get right add nothing to the paired test."""
    assert mcnemar(*pair(15, 5, 0)) == mcnemar(*pair(15, 5, 1000)) == pytest.approx(0.0413895)


def test_a_one_sided_test_asks_one_question() -> None:
    """A clear gain is significantly better, not at all significantly worse."""
    champion, challenger = pair(20, 2, 50)
    assert mcnemar(champion, challenger, "greater") < 0.001
    assert mcnemar(champion, challenger, "less") > 0.999


def test_the_interval_of_a_difference_holds_it_and_repeats() -> None:
    """The bootstrap interval surrounds the observed difference; one seed gives one interval."""
    champion, challenger = pair(40, 10, 150)
    low, high = paired_interval(champion, challenger, seed=3)
    assert low < 0.15 < high and low > 0
    assert (low, high) == paired_interval(champion, challenger, seed=3)


def test_equal_models_differ_by_nothing() -> None:
    """Two models that are right on the same rows have a difference of exactly zero."""
    champion, _ = pair(5, 5, 5)
    assert paired_interval(champion, champion) == (0.0, 0.0)


@pytest.mark.parametrize("function", [mcnemar, paired_interval])
def test_rows_that_do_not_pair_are_refused(function: object) -> None:
    """A paired statistic wants the same rows twice, and at least one."""
    assert callable(function)
    with pytest.raises(ValueError, match="one and the same"):
        function(np.array([True]), np.array([True, False]))
    with pytest.raises(ValueError, match="one and the same"):
        function(np.array([], bool), np.array([], bool))


def test_calibrated_probabilities_have_no_error() -> None:
    """Where 80 % confidence is right in 80 % of rows, the error is zero; else it is the gap."""
    probabilities = np.tile([0.8, 0.2], (10, 1))
    labels = np.array([0] * 8 + [1] * 2)
    assert accuracy_score(labels, probabilities.argmax(axis=1)) == 0.8
    assert calibration_error(probabilities, labels) == pytest.approx(0.0)
    assert calibration_error(probabilities, 1 - labels) == pytest.approx(0.6)


def test_calibration_needs_rows() -> None:
    """No rows, or another number of labels, is an error."""
    with pytest.raises(ValueError, match="labels"):
        calibration_error(np.zeros((0, 2)), np.zeros(0, np.int64))
