"""A slump in arrays lasts from when accuracy or loss has changed until it has recovered."""

from dataclasses import replace

import numpy as np
import pytest

from backtest.rules.drift import minutes
from backtest.rules.labels_as_one import LabelsAsOne
from backtest.rules.quality import LossReference, ShareReference
from backtest.rules.slump import loss_slump, share_learned, share_slump
from monitoring.thresholds import Thresholds
from perennial.statistics.cumulative_sum import (
    cumulative_sum,
    share_sum_limit,
    tolerated_cost,
    usual_share,
)

THRESHOLDS = Thresholds()
DAY = minutes("1d")
ACCEPTED = ShareReference(0.9, 800)
LOST = LossReference(2.0, 2.0, 800)


def _share(
    accuracies: list[float], rate: float, *, seed: int = 1, reference: ShareReference = ACCEPTED
) -> np.ndarray:
    """Return the looks of a slump of labels whose accuracy is each of these for a day."""
    random = np.random.default_rng(seed)
    rows = random.poisson(rate, DAY * len(accuracies))
    right = random.binomial(rows, np.repeat(accuracies, DAY))
    return share_slump(right.astype(float), rows.astype(float), reference, THRESHOLDS)


def _onsets(found: np.ndarray) -> np.ndarray:
    return np.flatnonzero(found[1:] & ~found[:-1]) + 1


@pytest.mark.parametrize("rate, latest", [(1, 240), (20, 20), (500, 15)])
def test_a_slump_is_one_from_soon_after_its_start_until_soon_after_its_end(
    rate: float, latest: int
) -> None:
    """It begins once, within hours or minutes as labels come, and ends when accuracy is back."""
    found = _share([0.9, 0.65, 0.9, 0.9], rate)
    begins = _onsets(found)
    assert len(begins) == 1 and 0 < begins[0] <= latest
    end = begins[0] + int(np.argmin(found[begins[0] :]))
    assert DAY < end < DAY + max(60, 500 / rate)
    assert not found[end:].any()


def test_a_large_fall_is_seen_while_most_of_the_hour_is_of_the_time_before() -> None:
    """With many labels, 30 points begin a slump within five minutes, and 8 points do not."""
    assert _onsets(_share([0.9, 0.6], 500))[0] <= 5
    assert _onsets(_share([0.9, 0.82], 500))[0] > 60


def test_a_small_fall_counts_once_it_has_lasted() -> None:
    """A fall of 8 points is none within hours, and is one when the day's labels say so."""
    found = _share([0.9, 0.82, 0.82], 20)
    assert len(_onsets(found)) == 1
    assert DAY / 4 < _onsets(found)[0] < DAY


def test_a_fall_too_small_to_retrain_for_is_no_slump() -> None:
    """A fall of 3 points is none, on however many labels."""
    assert not _share([0.9, 0.87, 0.87], 500, reference=ShareReference(0.9, 100_000)).any()


def test_a_fall_of_a_fifth_is_seen_though_the_reference_has_sixty_rows() -> None:
    """As after a retrain of 300 labels; a fall within three of its standard errors is not."""
    few = ShareReference(5 / 6, 60)
    assert _share([5 / 6, 0.63, 0.63], 1, reference=few)[DAY:].any()
    assert not _share([5 / 6, 0.72, 0.72], 1, reference=few).any()


def test_nothing_changed_is_no_slump() -> None:
    """A month of labels as accepted has none, whether they are few or many."""
    for rate, accuracy in ((1, 0.9), (300, 0.7), (20, 1.0)):
        reference = ShareReference(accuracy, 800)
        assert not _share([accuracy] * 30, rate, reference=reference).any()


def test_labels_that_come_once_a_day_are_enough() -> None:
    """A day's labels in one minute begin a slump if they are wrong, and the next end it."""
    rows = np.zeros(6 * DAY)
    rows[100::DAY] = 2000
    right = rows * np.repeat([0.9, 0.9, 0.7, 0.7, 0.9, 0.9], DAY)
    found = share_slump(right, rows, ACCEPTED, THRESHOLDS)
    assert _onsets(found).tolist() == [DAY + 101]
    assert not found[3 * DAY + 101 :].any()


def test_a_burst_of_wrong_labels_is_no_slump() -> None:
    """A minute of nothing but mistakes, however many, is no change that lasts."""
    rows = np.full(2 * DAY, 100.0)
    right = 0.9 * rows
    right[DAY + 5] = 0
    assert not share_slump(right, rows, ACCEPTED, THRESHOLDS).any()


def _in_runs(accuracies: list[float], as_one: LabelsAsOne) -> np.ndarray:
    """Return the looks, from the first label on, where those of a minute are of one row, 20 all."""
    random = np.random.default_rng(5)
    rows = np.full(DAY * len(accuracies), 20.0)
    right = rows * (random.random(len(rows)) < np.repeat(accuracies, DAY))
    reference = replace(ACCEPTED, size=100_000, as_one=as_one)
    right, rows = (np.pad(each, (DAY - 1, 0)) for each in (right, rows))
    return share_slump(right, rows, reference, THRESHOLDS)


def test_labels_that_depend_on_each_other_begin_slumps_unless_they_count_as_one() -> None:
    """Of a month as accepted; a slump begins once all the same, later."""
    begins = _onsets(_in_runs([0.9] * 30, LabelsAsOne(measured=1)))
    assert len(begins) > 5 and begins.max() < DAY
    assert not _in_runs([0.9] * 30, LabelsAsOne(measured=20)).any()
    begins = _onsets(_in_runs([0.9, 0.65, 0.9, 0.9], LabelsAsOne(measured=20)))
    assert len(begins) == 1 and DAY + 20 < begins[0] < 3 * DAY / 2


def test_the_hours_of_a_day_say_how_many_labels_count_as_one() -> None:
    """Until then those of the version before do; of a first version it is a setting."""
    first = _onsets(_in_runs([0.9] * 30, LabelsAsOne()))
    assert 0 < len(first) < len(_onsets(_in_runs([0.9] * 30, LabelsAsOne(measured=1))))
    assert first.max() < DAY
    assert not _in_runs([0.9] * 30, LabelsAsOne(learned=20)).any()


@pytest.mark.parametrize("rate, hours", [(2, 24), (20, 1.5), (100, 6)])
def test_a_slump_in_a_versions_first_day_teaches_nothing_of_labels(
    rate: float, hours: float
) -> None:
    """Its alert ends within six hours of it, though traffic differs from hour to hour."""
    random = np.random.default_rng(4)
    accuracy = np.full(5 * DAY, 0.95)
    accuracy[150 : 150 + round(hours * 60)] = 0.7
    came = random.poisson(rate * np.repeat(np.exp(random.normal(size=5 * 24) / 2), 60))
    counts = (random.binomial(came, accuracy), came)
    right, rows = (np.pad(each.astype(float), (DAY - 1, 0)) for each in counts)
    reference = ShareReference(0.95, 2000)
    found = share_slump(right, rows, reference, THRESHOLDS)
    assert len(_onsets(found)) == 1
    assert 0 < np.flatnonzero(found).max() / 60 - 2.5 - hours < 6
    assert np.nanmax(share_learned(right, rows, reference, THRESHOLDS)) < 4


def test_a_loss_has_slumps_too_and_one_huge_loss_is_none() -> None:
    """A mean loss that doubles begins one slump; one row that costs a thousand begins none."""
    random = np.random.default_rng(3)
    rows = np.full(4 * DAY, 5.0)
    scale = np.repeat([2.0, 4.0, 2.0, 2.0], DAY)
    losses = random.exponential(scale[:, None], (len(rows), 5))
    found = loss_slump(losses.sum(axis=1), (losses**2).sum(axis=1), rows, LOST, THRESHOLDS)
    assert len(_onsets(found)) == 1 and 0 < _onsets(found)[0] < 90
    assert not found[DAY + 240 :].any()
    calm = random.exponential(2.0, (2 * DAY, 5))
    calm[DAY + 5, 0] = 1000
    assert not loss_slump(
        calm.sum(axis=1), (calm**2).sum(axis=1), rows[: 2 * DAY], LOST, THRESHOLDS
    ).any()


def test_a_slump_of_large_changes_starts_when_the_specifications_sum_is_full() -> None:
    """Without a window that agrees, the look at which it starts is the sum's."""
    rows = np.full(DAY + 60, 4.0)
    right = np.where(np.arange(len(rows)) < DAY, 3.6, 2.8)
    usual = usual_share(0.9, size=800)
    up_to = tolerated_cost(usual, least=0.1, deviation=0.3, size=800)
    limit = share_sum_limit(usual, tolerated=up_to)
    total, looks = 0.0, 0
    while total < 1:
        total = cumulative_sum(total, 1.2, 4.0, tolerated=up_to, limit=limit, steps=1.25)
        looks += 1
    found = share_slump(right, rows, ACCEPTED, THRESHOLDS)
    assert _onsets(found).tolist() == [looks]


def _rhythm(accuracy: np.ndarray) -> np.ndarray:
    """Return the looks of slumps of labels whose accuracy differs; accepted is a week's mean."""
    random = np.random.default_rng(2)
    rows = random.poisson(20, len(accuracy))
    right = random.binomial(rows, accuracy)
    accepted = ShareReference(float(accuracy[: 7 * DAY].mean()), 20_000)
    return share_slump(right.astype(float), rows.astype(float), accepted, THRESHOLDS)


@pytest.mark.parametrize("fall, weekly, days, first", [(0.3, False, 14, 3), (0.15, True, 28, 1)])
def test_what_comes_at_the_same_hours_is_no_slump_twice(
    fall: float, weekly: bool, days: int, first: int
) -> None:
    """Nights and weekends at which answers are worse alert the first times, and then no more."""
    minutes = np.arange(days * DAY)
    bad = minutes // DAY % 7 >= 5 if weekly else minutes % DAY >= DAY // 2
    begins = _onsets(_rhythm(np.where(bad, 0.9 - fall, 0.9)))
    assert 0 < len(begins) <= first
    assert begins[-1] < (7 if weekly else 4) * DAY


def test_a_slow_fall_does_not_become_usual() -> None:
    """A hundredth a day is found when five are lost, as if nothing were learned."""
    found = _share([0.9] * 8 + [0.9 - 0.01 * day for day in range(1, 11)], 20)
    assert 4 * DAY < _onsets(found)[0] - 7 * DAY < 7 * DAY


def test_a_fall_in_a_second_week_is_seen_within_a_rhythm() -> None:
    """A fall of 30 points by day, where nights are worse by 20, is a slump in half an hour."""
    minutes = np.arange(10 * DAY)
    share = np.where(minutes % DAY >= DAY // 2, 0.7, 0.9)
    share[9 * DAY + 240 :] -= 0.3
    assert 0 < _onsets(_rhythm(share))[-1] - (8 * DAY + 240) <= 30


def test_what_came_in_a_slump_is_no_news_at_the_same_hours_of_the_next_day() -> None:
    """What is held while one lasts is held no longer, as the recording rules have it."""
    minutes = np.arange(3 * DAY)
    bad = (minutes >= DAY) & (minutes % DAY >= 10 * 60) & (minutes % DAY < 16 * 60)
    random = np.random.default_rng(6)
    right = random.binomial(20, np.where(bad, 0.6, 0.9))
    found = share_slump(right.astype(float), np.full(3 * DAY, 20.0), ACCEPTED, THRESHOLDS)
    assert 10 * 60 < _onsets(found)[0] < 10 * 60 + 20
    assert len(_onsets(found)) == 1
