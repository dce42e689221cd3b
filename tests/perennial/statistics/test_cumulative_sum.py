"""Cumulative sums are seldom full while nothing changes, and soon full after a change."""

import numpy as np
import pytest

from perennial.statistics.cumulative_sum import (
    cumulative_sum,
    mean_sum_limit,
    share_sum_limit,
    tolerated_cost,
    usual_share,
)
from perennial.statistics.errors import InvalidArgument


@pytest.mark.parametrize("usual", [0.002, 0.05, 0.3, 0.6])
def test_the_weight_of_a_wrong_answer_keeps_its_promise(usual: float) -> None:
    """Weighed so, the usual rows have a mean likelihood ratio of 1 at most: Lorden's condition."""
    tolerated = tolerated_cost(usual, least=0.1, deviation=0.3, size=800)
    weight = 20 / share_sum_limit(usual, tolerated=tolerated)
    mean = usual * np.exp(weight * (1 - tolerated)) + (1 - usual) * np.exp(-weight * tolerated)
    assert mean <= 1


def test_a_change_fills_the_sum_and_its_end_empties_it() -> None:
    """Rows beyond those tolerated add up, and rows as usual take them off."""
    limit = share_sum_limit(0.1, tolerated=0.2)
    total = 0.0
    for wrong, rows, expected in ((3, 10, 0.067), (400, 1000, 1.0), (100, 1000, 0.0)):
        total = cumulative_sum(total, wrong, rows, tolerated=0.2, limit=limit)
        assert total == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: usual_share(1.1, size=10),
        lambda: usual_share(0.9, size=0),
        lambda: tolerated_cost(-1.0, least=0.1, deviation=1.0, size=10),
        lambda: tolerated_cost(1.0, least=0.1, deviation=float("nan"), size=10),
        lambda: share_sum_limit(0.2, tolerated=0.2),
        lambda: share_sum_limit(0.1, tolerated=0.2, exponent=0),
        lambda: mean_sum_limit(2.0, tolerated=1.0, deviation=1.0),
        lambda: cumulative_sum(0.0, 0.0, -1, tolerated=0.1, limit=1.0),
    ],
)
def test_what_is_no_reference_and_no_count_is_refused(wrong: object) -> None:
    """An argument out of its range is named."""
    assert callable(wrong)
    with pytest.raises(InvalidArgument):
        wrong()
