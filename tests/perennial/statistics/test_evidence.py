"""The evidence for drift: what the rank statistic and the baseline add to G."""

import numpy as np
import pytest
from scipy import stats

from perennial.statistics import evidence
from perennial.statistics.errors import BinMismatch, InvalidReference

SHARES = np.array([0.3, 0.3, 0.25, 0.12, 0.02, 0.01])
RANKS = evidence.ranks(SHARES, ordered=4)


def test_the_rank_statistic_is_the_rank_sum_test_of_a_large_reference() -> None:
    """Against rows enough, it is the square of scipy's Mann-Whitney z, ties corrected."""
    live = np.array([20, 30, 30, 20, 0, 0])
    whole = np.array([0.3, 0.3, 0.28, 0.12, 1e-12, 1e-12])
    rows = 100_000
    sample, reference = np.repeat(range(6), live), np.repeat(
        range(4), (whole[:4] * rows).astype(int)
    )
    pvalue = stats.mannwhitneyu(sample, reference, use_continuity=False).pvalue
    ranks = evidence.ranks(whole, ordered=4)
    found = evidence.rank_statistic(live, whole, ranks, size=rows)
    assert stats.chi2.sf(found, 1) == pytest.approx(pvalue, rel=0.02)


def test_the_rank_statistic_keeps_its_level_where_reference_and_traffic_are_samples() -> None:
    """Drawn from one population, it passes its limit of one look as often as the level says."""
    random = np.random.default_rng(1)
    limit, passed, draws = evidence.critical_value(2, level=0.05), 0, 4000
    for _ in range(draws):
        reference = (random.multinomial(500, SHARES) + 0.5) / (500 + 0.5 * len(SHARES))
        ranks = evidence.ranks(reference, ordered=4)
        live = random.multinomial(1000, SHARES)
        passed += evidence.rank_statistic(live, reference, ranks, size=500) > limit
    assert passed / draws == pytest.approx(0.05, abs=0.012)


def test_ranks_see_a_small_move_in_one_direction_before_g_does() -> None:
    """Where all shares move up a little, the rank statistic is nearer to its limit than G."""
    live = [240, 280, 290, 160, 20, 10]
    g = evidence.g_statistic(live, SHARES, size=1e6) / evidence.critical_value(6, tests=60)
    rank = evidence.rank_statistic(live, SHARES, RANKS, size=1e6)
    assert rank / evidence.critical_value(2, tests=60) > 1.3 * g


def test_what_has_no_order_does_not_count_for_ranks() -> None:
    """More missing values, taken evenly from all bins, move no rank; G sees them."""
    live = np.array([240, 240, 200, 96, 16, 208])
    assert evidence.rank_statistic(live, SHARES, RANKS, size=1e6) == pytest.approx(0, abs=1e-9)
    assert evidence.g_statistic(live, SHARES, size=1e6) > 100


def test_a_signal_of_one_value_has_no_ranks_to_move() -> None:
    """With one ordered bin there is no variance, and so no evidence, whatever comes."""
    shares = [0.98, 0.01, 0.01]
    ranks = evidence.ranks(shares, ordered=1)
    assert evidence.rank_statistic([0, 50, 50], shares, ranks, size=100) == 0


def test_nothing_counted_is_no_evidence() -> None:
    """An idle signal has a rank statistic of exactly 0."""
    assert evidence.rank_statistic(np.zeros(6), SHARES, RANKS, size=100) == 0


def test_with_nothing_before_the_window_the_baseline_is_the_reference() -> None:
    """A service that has just started is held against its reference alone."""
    shares, rows = evidence.baseline(np.zeros(6), SHARES, size=700)
    assert (shares.tolist(), rows) == (SHARES.tolist(), 700)


def test_more_rows_before_the_window_make_a_small_shift_evident() -> None:
    """The same window against reference and past is stronger evidence than against few rows."""
    live = [360, 300, 240, 80, 12, 8]
    alone = evidence.g_statistic(live, SHARES, size=700)
    shares, rows = evidence.baseline(SHARES * 10_000, SHARES, size=700)
    assert evidence.g_statistic(live, shares, size=rows) > 2 * alone


def test_a_baseline_that_makes_no_sense_is_refused() -> None:
    """Other bins, and a reference of no rows, are named."""
    with pytest.raises(BinMismatch, match="live: got"):
        evidence.baseline([1, 2], SHARES, size=700)
    with pytest.raises(InvalidReference, match="size: got 0"):
        evidence.baseline(np.zeros(6), SHARES, size=0)
