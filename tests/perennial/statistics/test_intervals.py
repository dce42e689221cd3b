"""Wilson's interval: what defines it, and what it refuses."""

import pytest

from perennial.statistics.errors import InvalidArgument
from perennial.statistics.intervals import wilson


@pytest.mark.parametrize(("correct", "rows"), [(0, 10), (3, 10), (10, 10), (719, 720)])
def test_the_interval_of_a_share_is_wilsons(correct: int, rows: int) -> None:
    """Its bounds are the shares from which the observed one is 1.96 standard errors away."""
    observed = correct / rows
    for bound in wilson(correct, rows):
        distance = abs(observed - bound)
        assert distance == pytest.approx(1.959964 * (bound * (1 - bound) / rows) ** 0.5, abs=1e-7)


def test_a_higher_level_makes_a_wider_interval() -> None:
    """More confidence costs precision."""
    low, high = wilson(80, 100, level=0.95)
    wider_low, wider_high = wilson(80, 100, level=0.99)
    assert wider_low < low < 0.8 < high < wider_high


@pytest.mark.parametrize(("correct", "rows", "level"), [(5, 4, 0.95), (-1, 4, 0.95), (1, 4, 1.0)])
def test_an_impossible_share_is_refused(correct: int, rows: int, level: float) -> None:
    """More right rows than rows, or a level of 1, is an error that names the argument."""
    with pytest.raises(InvalidArgument, match="^(correct|level): got"):
        wilson(correct, rows, level)
