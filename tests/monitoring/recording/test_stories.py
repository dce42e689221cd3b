"""Stories of a model's first weeks, told to the rules: what alerts is a shift, and nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.monitoring.recording.weeks import (
    BY_DAY,
    BY_NIGHT,
    DAY,
    QUICK,
    Counts,
    Replica,
    played,
    traffic,
)

pytestmark = pytest.mark.seconds(5)

# In days. A second version is deployed at night, its reference is of later rows; then clocks are
# set an hour (two minutes here) back; a working day is a holiday; a second replica comes at night.
DEPLOYED, CLOCK, HOLIDAY, REPLICA, SHIFT, END = 8.75, 10, 11, 12.75, 14.25, 15
SHARES = {"1.0.0": 0.35 * BY_DAY + 0.65 * BY_NIGHT, "2.0.0": 0.45 * BY_DAY + 0.55 * BY_NIGHT}
SPANS = {
    "the first day": (0, 1),
    "the first week, with its first weekend": (1, 7),
    "the second week's first night": (7, DEPLOYED),
    "a deployment in mid-week": (DEPLOYED, CLOCK),
    "a clock change": (CLOCK, HOLIDAY),
    "a holiday": (HOLIDAY, REPLICA),
    "a replica that comes at night": (REPLICA, SHIFT),
}


def _minute(day: float) -> int:
    return int(day * DAY)


def _broken(counts: Counts, share: float) -> Counts:
    """Return counts of which a share of the rows lost their value."""
    moved = counts * (1 - share)
    moved[:, -1] += share * counts.sum(axis=1)
    return np.round(moved)


def _fortnight() -> list[Replica]:
    """Return the replicas of both versions; at the end a third of all values are missing."""
    minutes = np.arange(_minute(END))
    rows = traffic(minutes, quiet_days=(HOLIDAY,))
    rows[_minute(CLOCK) :] = traffic(minutes, quiet_days=(HOLIDAY,), late=2)[_minute(CLOCK) :]
    rows[_minute(SHIFT) :] = _broken(rows[_minute(SHIFT) :], 0.5)
    second = rows[_minute(DEPLOYED) :].copy()
    joined = np.floor(rows[_minute(REPLICA) :] / 2)
    second[_minute(REPLICA) - _minute(DEPLOYED) :] -= joined
    return [
        Replica("a", "1.0.0", 0, rows[: _minute(DEPLOYED)]),
        Replica("a", "2.0.0", _minute(DEPLOYED), second),
        Replica("b", "2.0.0", _minute(REPLICA), joined),
    ]


@pytest.fixture(scope="module")
def fired(tmp_path_factory: pytest.TempPathFactory) -> list[int]:
    """Return the minutes of two weeks in which DataDrift fires."""
    return played(tmp_path_factory.mktemp("weeks"), _fortnight(), SHARES)


@pytest.mark.parametrize("story", SPANS)
def test_nobody_is_told_of(story: str, fired: list[int]) -> None:
    """Days, nights, weekends and what happens to people and machines is no drift."""
    begin, end = map(_minute, SPANS[story])
    assert [minute for minute in fired if begin <= minute < end] == []


def test_a_shift_after_all_of_it_is_told_at_once(fired: list[int]) -> None:
    """It alerts within ten minutes, so that nothing before it has made the rules deaf."""
    begin = _minute(SHIFT)
    assert begin < fired[0] <= begin + 10
    assert fired == list(range(fired[0], _minute(END)))


def test_without_a_memory_every_night_is_drift(tmp_path: Path) -> None:
    """So it is the memory that keeps the first two days silent."""
    nothing_learned = replace(QUICK, rhythm="0s")
    fired = played(
        tmp_path, [Replica("a", "1.0.0", 0, traffic(np.arange(2 * DAY)))], SHARES, nothing_learned
    )
    assert {minute // DAY for minute in fired} == {0, 1}


def test_a_gross_shift_on_the_first_day_is_told_at_once(tmp_path: Path) -> None:
    """Though nobody knows yet what nights are like."""
    rows = traffic(np.arange(DAY), quiet_days=(0,))
    rows[15:] = _broken(rows[15:], 1)
    fired = played(tmp_path, [Replica("a", "1.0.0", 0, 4 * rows)], SHARES)
    assert fired and 15 < fired[0] <= 21
