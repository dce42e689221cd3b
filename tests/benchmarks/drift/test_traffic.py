"""Traffic with hours and traffic in runs: how rows come, and what detectors make of them."""

import numpy as np
import pytest

from benchmarks.drift.learned import Learned
from benchmarks.drift.peers.boxkite import Boxkite
from benchmarks.drift.peers.river import River
from benchmarks.drift.protocol import SHIPPED
from benchmarks.drift.report import Summary
from benchmarks.drift.run import Size, run
from benchmarks.drift.tasks import Setting, Task
from benchmarks.drift.traffic import DAILY, DAY, RUNS, Traffic
from monitoring.thresholds import Thresholds
from tests.benchmarks.drift.frames import frame

ROWS = 400
SIDES = np.where(np.arange(ROWS) < ROWS // 4, 1.0, -1.0)


def test_a_day_and_a_reference_have_all_rows_and_an_hour_has_not() -> None:
    """By day nine in ten are of one side where both are as frequent; the reference knows both."""
    random, even = np.random.default_rng(1), np.where(SIDES > 0, 1 / 200, 1 / 600)
    came = DAILY.draw(SIDES, even, np.arange(20.0 * DAY), random)
    hours = (SIDES[came] > 0).reshape(20, 24, -1).mean(axis=(0, 2))
    assert hours[6] == pytest.approx(0.9, abs=0.01) and hours[18] == pytest.approx(0.1, abs=0.01)
    assert hours.mean() == pytest.approx(0.5, abs=0.01)
    reference = DAILY.reference(SIDES, 20_000, random)
    day = DAILY.draw(SIDES, None, np.arange(20.0 * DAY), random)
    assert (SIDES[reference] > 0).mean() == pytest.approx((SIDES[day] > 0).mean(), abs=0.01)


def test_rows_come_in_runs_and_those_of_the_reference_do_not() -> None:
    """A row comes ten times on average before another does."""
    random = np.random.default_rng(2)
    came = RUNS.draw(SIDES, None, np.arange(50_000.0), random)
    assert np.count_nonzero(np.diff(came)) == pytest.approx(5_000, rel=0.1)
    reference = RUNS.reference(SIDES, 5_000, random)
    assert np.count_nonzero(np.diff(reference)) > 4_900


@pytest.mark.parametrize("traffic", [DAILY, RUNS], ids=lambda traffic: traffic.name)
def test_as_shipped_is_a_limit_of_one(traffic: Traffic) -> None:
    """What is set for the comparison multiplies the limits that the shipped rule has."""
    base, random = frame(ROWS), np.random.default_rng(3)
    looks, places = traffic.looks, np.arange(float(traffic.looks.before))
    reference = base.take(traffic.reference(SIDES, 2_000, random))
    first = traffic.draw(SIDES, None, places, random)
    then = traffic.draw(SIDES, None, places[: looks.horizon], random)
    watcher = Learned().fit(reference, looks)
    for moved, drifts in ((0.0, False), (2.0, True)):
        shipped, both, evidence, news = watcher.watch(base, frame(ROWS, moved=moved))(first, then)
        assert (shipped > 0).any() == drifts
        assert ((both > 1) == (shipped > 0)).all()
        assert (evidence >= both).all()
        assert (news[shipped > 0] > Thresholds().gross_news).all()


@pytest.mark.seconds(2)
def test_every_detector_sees_a_gross_shift_in_a_daily_rhythm() -> None:
    """With a threshold that stationary days set; the shipped rule has its own, and no rank."""
    base, shifted = frame(ROWS), frame(ROWS, moved=6.0)
    task = Task("toy", 2_000, base, SIDES, (Setting("mean", "6", 4, shifted, None),))
    size = Size(references=2, streams=2, stationary=4, processes=1)
    found, alarms = run(task, (Learned(), Boxkite(), River()), size, DAILY)
    summary = Summary(found, alarms, [])
    assert {result.power for result in summary.results} == {1.0}
    assert {each.limit for each in alarms if each.detector == SHIPPED} == {0.0}
    assert set(summary.detectors) == {"Perennial", "boxkite", "river ADWIN"}
    assert SHIPPED in summary.tables_of("daily")["overall_daily"]
