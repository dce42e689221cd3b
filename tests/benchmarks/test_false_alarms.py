"""The simulated months: traffic as it is described, and alerts where there is something to tell."""

import numpy as np
import pytest

from benchmarks.drift.frame import Frame
from benchmarks.false_alarms.month import Population, simulate
from benchmarks.false_alarms.results_page import Cell
from benchmarks.false_alarms.traffic import BOTH, DAILY, DAY, STEADY, WEEKLY, Rhythm, Traffic
from monitoring.thresholds import Thresholds
from perennial.kinds.outputs.classes import ClassesOutput

ROWS = 200
STILL = np.zeros(ROWS)
# Half of the rows come by day, the others by night.
SWING = np.where(np.arange(ROWS) < ROWS // 2, 0.9, -0.9)


@pytest.mark.parametrize("rate", [2, 3_000])
@pytest.mark.parametrize(
    "swing, rhythm", [(STILL, STEADY), (SWING, DAILY)], ids=["steady", "daily"]
)
@pytest.mark.parametrize("run", [1, 5])
def test_requests_come_at_their_rate(
    rate: float, swing: np.ndarray, rhythm: Rhythm, run: float
) -> None:
    """Quiet traffic and busy traffic, which is added up in another way, both have the rate."""
    traffic = Traffic(rate, 2 * DAY, swing, rhythm, run)
    sums = traffic.sums(np.ones((ROWS, 1)), np.random.default_rng(1))
    assert sums.shape == (2 * DAY, 1)
    assert sums.mean() == pytest.approx(rate, rel=0.1)


@pytest.mark.parametrize("rate", [50, 3_000])
def test_a_daily_rhythm_moves_the_hours_and_not_the_days(rate: float) -> None:
    """By day most requests are of one half; a whole day has each row's share as `weights` says."""
    traffic = Traffic(rate, DAY, SWING, DAILY)
    first = (SWING > 0).astype(float)[:, None]
    sums = traffic.sums(np.hstack([first, 1 - first]), np.random.default_rng(2))
    noon = sums[DAY // 4 - 60 : DAY // 4 + 60].sum(axis=0)
    assert noon[0] / noon.sum() > 0.9
    expected = (traffic.weights * first[:, 0]).sum() / traffic.weights.sum()
    assert sums[:, 0].sum() / sums.sum() == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("rhythm", [WEEKLY, BOTH], ids=["weekly", "both"])
def test_a_weekly_rhythm_moves_the_days_and_not_the_weeks(rhythm: Rhythm) -> None:
    """Weekends are quiet and of the other half; a whole week is as `weights` says."""
    traffic = Traffic(200, 7 * DAY, SWING, rhythm)
    first = (SWING > 0).astype(float)[:, None]
    sums = traffic.sums(np.hstack([first, 1 - first]), np.random.default_rng(2))
    days = sums.reshape(7, DAY, 2).sum(axis=1)
    assert days[5:].sum(axis=1).max() < 0.6 * days[:5].sum(axis=1).min()
    assert (days[5:, 0] / days[5:].sum(axis=1)).max() < (days[:5, 0] / days[:5].sum(axis=1)).min()
    expected = (traffic.weights * first[:, 0]).sum() / traffic.weights.sum()
    assert sums[:, 0].sum() / sums.sum() == pytest.approx(expected, abs=0.01)


def _population(swing: np.ndarray) -> Population:
    random = np.random.default_rng(3)
    labels = (np.arange(ROWS) >= ROWS // 2).astype(np.int64)
    values = random.normal(size=(ROWS, 2)) + 2 * labels[:, None]
    sure = np.where(random.random(ROWS) < 0.9, 0.9, 0.1)
    right = np.stack([sure, 1 - sure], axis=1)
    probabilities = np.where(labels[:, None] == 0, right, right[:, ::-1])
    names, nothing = ("brightness", "contrast"), np.zeros((ROWS, 0), np.int64)
    frame = Frame(
        names, values, (), nothing, (), labels, probabilities, ClassesOutput(labels=("0", "1"))
    )
    return Population(frame, swing, 1_000, DAILY)


@pytest.mark.seconds(8)
def test_neither_steady_traffic_nor_days_and_nights_alert() -> None:
    """From a model's first day on; where no rhythm is expected, each night is an alert."""
    random = np.random.default_rng(4)
    assert sum(simulate(_population(STILL), 20, Thresholds(), random).values()) == 0
    assert sum(simulate(_population(SWING), 20, Thresholds(), random).values()) == 0
    none = Thresholds(rhythm="0s")
    assert simulate(_population(SWING), 20, none, random)["DataDrift"] >= 30


def test_no_alarm_in_twenty_months_leaves_a_rate_of_nearly_a_fifth() -> None:
    """The interval is the exact one: with nothing seen, its end is 3.69 over the months."""
    cell = Cell("digits", "steady", 100, 20, {"DataDrift": 0})
    assert (cell.low, round(cell.high, 3)) == (0, 0.184)
    assert Cell("digits", "steady", 100, 20, {"DataDrift": 3}).low > 0
