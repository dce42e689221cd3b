"""Paired tests and intervals against textbook values and their own promises."""

import numpy as np
import pytest

from perennial.statistics.errors import ShapeMismatch
from perennial.statistics.paired import mcnemar, paired_interval


def pair(gained: int, lost: int, both: int) -> tuple[np.ndarray, np.ndarray]:
    """Return champion and challenger's right rows with the given counts."""
    champion = np.array([False] * gained + [True] * lost + [True] * both)
    challenger = np.array([True] * gained + [False] * lost + [True] * both)
    return champion, challenger


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
    with pytest.raises(ShapeMismatch, match="the same shape"):
        function(np.array([True]), np.array([True, False]))
    with pytest.raises(ShapeMismatch, match="the same shape"):
        function(np.array([], bool), np.array([], bool))
