"""How losses of two models are compared: shares of right rows, and means of amounts."""

import numpy as np
import pytest

from perennial.statistics import mean_loss, share_right
from perennial.statistics.errors import ShapeMismatch
from perennial.statistics.intervals import wilson
from perennial.statistics.loss_test import LossTest
from perennial.statistics.mean_loss import bootstrap_mean, signed_rank

RANDOM = np.random.default_rng(3)
OLD = RANDOM.gamma(2, 3, size=200)
RIGHT = (RANDOM.random(200) > 0.8).astype(np.float64)
PAIRS = {"share right": (share_right.TEST, RIGHT), "mean loss": (mean_loss.TEST, OLD)}


@pytest.mark.parametrize("name", PAIRS)
def test_a_model_does_not_differ_from_itself(name: str) -> None:
    """p is 1 and the interval of the difference is zero, whatever is lost."""
    test, lost = PAIRS[name]
    assert test.p_value(lost, lost) == 1
    assert test.difference_bounds(lost, lost, samples=200, level=0.95, seed=1) == (0, 0)


@pytest.mark.parametrize("name", PAIRS)
def test_scores_lie_in_their_intervals(name: str) -> None:
    """A higher level of confidence is a wider interval."""
    test, lost = PAIRS[name]
    low, high = test.bounds(lost, level=0.95)
    assert low < test.score(lost) < high <= test.highest
    widest = test.bounds(lost, level=0.999)
    assert widest[0] < low and high < widest[1]


@pytest.mark.parametrize("name", PAIRS)
def test_a_better_model_is_significantly_better(name: str) -> None:
    """Half of what was lost: few by chance, and the interval is on one side of zero."""
    test, lost = PAIRS[name]
    less = lost * (np.arange(200) % 2)
    assert test.p_value(lost, less) < 0.0001
    low, high = test.difference_bounds(lost, less, samples=500, level=0.95, seed=1)
    few = test.few_bounds(lost, less, level=0.95)
    for one, other in ((low, high), few):
        assert one < test.score(less) - test.score(lost) < other and one * other > 0


def test_a_share_alone_has_an_interval_and_a_mean_has_none() -> None:
    """Of a mean, a manifest does not say how far the losses are spread."""
    tests: tuple[LossTest, LossTest] = (share_right.TEST, mean_loss.TEST)
    assert [test.bounds_of(0.9, 100) for test in tests] == [wilson(90, 100), None]


def test_a_better_mean_is_a_gain_only_if_the_ranks_agree() -> None:
    """Slightly worse on most rows and far better on a few is neither better nor worse."""
    worse = OLD + 0.01
    worse[:5] = OLD[:5] - OLD[:5] * 0.9
    assert worse.mean() < OLD.mean() and mean_loss.TEST.p_value(OLD, worse) == 1
    assert mean_loss.TEST.p_value(OLD, OLD + 0.01) < 0.0001


@pytest.mark.parametrize("most", [-0.1, 0.0, 0.1])
def test_a_worse_mean_is_a_loss_whatever_the_ranks_say(most: float) -> None:
    """20 rows of 1,000 that are far worse, with all others better, the same, or worse."""
    old = np.full(1000, 1.0)
    new = np.where(np.arange(1000) < 20, 1001.0, 1.0 + most)
    assert mean_loss.TEST.p_value(old, new) < 0.0001
    one = np.where(np.arange(1000) < 1, 1001.0, 1.0 - 0.1)
    assert mean_loss.TEST.p_value(old, one) > 0.3, "one row may be chance"


def test_equal_models_seldom_seem_to_differ() -> None:
    """At a level of 5 %: in 2.5 of 100 comparisons for the better, in up to 5 for the worse."""
    random, better, worse = np.random.default_rng(6), 0, 0
    for _ in range(1000):
        old, new = random.gamma(2, 3, size=(2, 60))
        seen = mean_loss.TEST.p_value(old, new) < 0.05
        better += seen and new.mean() < old.mean()
        worse += seen and new.mean() > old.mean()
    assert better < 40 and worse < 65


@pytest.mark.parametrize("rows", [2, 5, 29])
def test_intervals_of_few_rows_are_wide_enough(rows: int) -> None:
    """Of 95 %, of a normal difference: in 95 of 100 sets of rows it lies within."""
    random, held = np.random.default_rng(rows), 0
    for _ in range(400):
        old = random.normal(5, 1, size=rows)
        low, high = mean_loss.TEST.few_bounds(old, old + random.normal(1, 1, rows), level=0.95)
        held += low <= 1 <= high
    assert 0.92 < held / 400 < 0.98


def test_one_row_says_nothing_of_the_others() -> None:
    """Its intervals are infinite, but for the losses' own bound, and no test sees a difference."""
    old, new = np.array([3.0]), np.array([1.0])
    assert mean_loss.TEST.few_bounds(old, new, level=0.95) == (-np.inf, np.inf)
    assert mean_loss.TEST.bounds(new, level=0.95) == (0, np.inf)
    assert mean_loss.TEST.p_value(new, old) == mean_loss.TEST.p_value(old, new) == 1


def test_the_interval_of_a_mean_repeats() -> None:
    """One seed gives one interval, about as wide as the normal one."""
    found = bootstrap_mean(OLD, seed=5)
    assert found == bootstrap_mean(OLD, seed=5) != bootstrap_mean(OLD, seed=6)
    half = 1.96 * OLD.std() / np.sqrt(len(OLD))
    assert found == pytest.approx((OLD.mean() - half, OLD.mean() + half), rel=0.05)


def test_the_interval_of_many_values_is_that_of_fewer() -> None:
    """Where the bootstrap ends, the normal interval goes on: one value more makes no step."""
    values = np.random.default_rng(4).gamma(2, 3, size=mean_loss.MANY)
    drawn = bootstrap_mean(values)
    normal = bootstrap_mean(np.append(values, values.mean()))
    assert normal == pytest.approx(drawn, abs=0.05 * (drawn[1] - drawn[0]))


def test_rows_that_do_not_pair_are_refused() -> None:
    """A paired test wants the same rows twice, and at least one."""
    for one, other in ((OLD, OLD[:3]), (OLD[:0], OLD[:0])):
        with pytest.raises(ShapeMismatch, match="the same shape"):
            signed_rank(one, other)
