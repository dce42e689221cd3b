"""An estimate that labels contradict is withdrawn, and comes back when they agree with it."""

import math

import numpy as np
import pytest

from perennial.statistics.errors import InvalidCounts, InvalidLevel, InvalidReference
from perennial.statistics.estimate import (
    contradicts,
    gap_design_effect,
    loss_gap_deviation,
    share_gap_deviation,
    withdrawn,
)


def test_an_estimate_that_holds_is_contradicted_three_times_in_a_thousand() -> None:
    """As three standard errors promise, whatever the accuracy."""
    random = np.random.default_rng(1)
    for share in (0.6, 0.95):
        right = random.binomial(1000, share, 4000) / 1000
        found = [
            contradicts(share - each, share_gap_deviation(share, each), 1000, least=0.001)
            for each in right
        ]
        assert 0.0005 < np.mean(found) < 0.006


def test_rows_that_depend_on_each_other_count_for_less() -> None:
    """Of labels that come nine times each, three standard errors are kept to by their effect."""
    random = np.random.default_rng(2)
    windows = random.binomial(20, 0.8, (300, 40)) / 20
    errors = math.sqrt(0.8 * 0.2 / 180)
    effect = np.array([gap_design_effect((0.8 - row) / errors, most=50) for row in windows])
    assert np.median(effect) == pytest.approx(9, rel=0.1)
    gaps = 0.8 - windows.mean(axis=1)
    as_independent = [contradicts(gap, 0.4, 40 * 180, least=0.001) for gap in gaps]
    as_they_are = [
        contradicts(gap, 0.4, 40 * 180, least=0.001, design_effect=each)
        for gap, each in zip(gaps, effect, strict=True)
    ]
    assert np.mean(as_independent) > 0.2 and np.mean(as_they_are) < 0.02


def test_a_gap_that_lasts_is_no_dependence() -> None:
    """The effect is that of the scatter around the mean, so a wrong estimate does not excuse it."""
    random = np.random.default_rng(3)
    assert gap_design_effect(10 + random.normal(size=168), most=50) < 1.5


def test_without_windows_rows_count_as_independent() -> None:
    """Nothing is known of their dependence before there is a window with labels."""
    assert gap_design_effect([], most=50) == gap_design_effect([np.nan], most=50) == 1
    assert gap_design_effect([100.0, -100.0], most=50) == 50


def test_a_loss_scatters_as_live_rows_or_as_the_reference_did() -> None:
    """The greater of both deviations counts; rounding leaves none below 0."""
    losses, expected = np.array([1.0, 5.0, 2.0]), np.array([2.0, 2.0, 2.0])
    off = expected - losses
    found = loss_gap_deviation(off.mean(), float((off**2).sum()), 3, reference=0.1)
    assert found == pytest.approx(off.std())
    assert loss_gap_deviation(1.0, 2.9999999, 3, reference=0.1) == 0.1


def test_it_stays_as_it_was_where_few_labels_come() -> None:
    """Neither do they withdraw it, nor do they bring it back."""
    assert not contradicts(0.9, 0.4, 99, least=0.04)
    for before in (False, True):
        assert withdrawn(before, contradicted=False, enough=False) is before
        assert not withdrawn(before, contradicted=False, enough=True)
        assert withdrawn(before, contradicted=True, enough=True)


def test_what_is_no_share_or_deviation_is_refused_by_name() -> None:
    """The message names the argument and its value."""
    with pytest.raises(InvalidCounts, match="estimated: got 1.2"):
        share_gap_deviation(1.2, 0.5)
    with pytest.raises(InvalidCounts, match="rows: got 0"):
        loss_gap_deviation(1.0, 2.0, 0, reference=1.0)
    with pytest.raises(InvalidReference, match="reference: got inf"):
        loss_gap_deviation(1.0, 2.0, 3, reference=math.inf)
    with pytest.raises(InvalidLevel, match="most: got 0"):
        gap_design_effect([1.0], most=0)
