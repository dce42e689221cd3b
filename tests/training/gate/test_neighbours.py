"""Rows that follow each other in time tell less than independent ones, and the gate knows it."""

import numpy as np
import pytest

from perennial.statistics import mean_loss, share_right
from perennial.statistics.counts import Floats
from perennial.statistics.loss_test import LossTest
from tests.training.contests import GATE
from training.artifacts.times import Times
from training.gate.comparison import difference

ROWS, TRIES = 400, 60
TIMES: Times = np.datetime64("2026-11-01", "us") + np.arange(ROWS) * np.timedelta64(1, "h")


def wandering(random: np.random.Generator, *, rho: float) -> Floats:
    """Return a series whose neighbours correlate by rho, of mean 0 and deviation 1."""
    noise = random.normal(size=ROWS) * np.sqrt(1 - rho**2)
    found = [float(random.normal())]
    for step in noise[1:].tolist():
        found.append(rho * found[-1] + step)
    return np.array(found)


def pair(test: LossTest, seed: int, gain: float = 0) -> tuple[Floats, Floats]:
    """Return losses of two models of which one loses more by the gain, in order of time."""
    random = np.random.default_rng(seed)
    one, other = (wandering(random, rho=0.8) for _ in range(2))
    if test.highest == 1:
        return (one > 1 - gain).astype(np.float64), (other > 1).astype(np.float64)
    return 9 + one + gain, 9 + other


@pytest.mark.parametrize("test", [mean_loss.TEST, share_right.TEST], ids=["mean", "share"])
def test_equal_models_rarely_differ_significantly(test: LossTest) -> None:
    """Taken for independent, rows whose neighbours correlate by 0.8 differ in a third of tries."""
    gate = GATE.model_copy(update={"bootstrap": 100})
    pairs = [pair(test, seed) for seed in range(TRIES)]
    known = [difference(test, *each, gate, TIMES) for each in pairs]
    taken = [difference(test, *each, gate) for each in pairs]
    assert np.mean([found.p < 0.05 for found in taken]) > 0.25
    assert np.mean([found.p < 0.05 for found in known]) < 0.15
    assert np.mean([found.low > 0 or found.high < 0 for found in known]) < 0.15


@pytest.mark.parametrize("test", [mean_loss.TEST, share_right.TEST], ids=["mean", "share"])
def test_a_large_gain_is_seen_in_any_order_of_the_rows(test: LossTest) -> None:
    """The times say what follows what, not the places of the rows."""
    old, new = pair(test, 3, gain=1.5)
    order = np.random.default_rng(5).permutation(ROWS)
    one = difference(test, old, new, GATE, TIMES)
    other = difference(test, old[order], new[order], GATE, TIMES[order])
    assert one.p == pytest.approx(other.p) and one.p < 0.0001
    assert (one.low, one.high) == pytest.approx((other.low, other.high), rel=0.1)


def by_day(seed: int, gain: float, *, days: float) -> tuple[Floats, Floats, Times]:
    """Return losses of two models of which one is better by day, the other by night."""
    random = np.random.default_rng(seed)
    seconds = np.sort(random.integers(int(days * 86400), size=ROWS))
    times = TIMES[0] + seconds * np.timedelta64(1, "s")
    hours = (times - times[0]) / np.timedelta64(1, "h")
    apart = np.sin(2 * np.pi * (hours + seed) / 24) + random.normal(size=ROWS)
    return 9 + apart + gain, np.full(ROWS, 9.0), times


@pytest.mark.parametrize("days", [4.0, 7.5])
def test_day_and_night_hide_no_gain(days: float) -> None:
    """Each whole day has both; taken for a wander, four days of them hide three gains of four."""
    gate = GATE.model_copy(update={"bootstrap": 100})
    pairs = [by_day(seed, 0.3, days=days) for seed in range(TRIES)]
    found = [difference(mean_loss.TEST, *each[:2], gate, each[2]) for each in pairs]
    assert np.mean([each.p < 0.05 for each in found]) > 0.9


@pytest.mark.parametrize("days", [1.5, 4.5, 7.5])
def test_day_and_night_alone_rarely_make_a_difference(days: float) -> None:
    """The half day at the end is more of the one than of the other."""
    gate = GATE.model_copy(update={"bootstrap": 100})
    pairs = [by_day(seed, 0, days=days) for seed in range(TRIES)]
    found = [difference(mean_loss.TEST, *each[:2], gate, each[2]) for each in pairs]
    assert np.mean([each.p < 0.05 for each in found]) < 0.1


def test_a_row_without_its_time_leaves_the_order_of_the_others() -> None:
    """Which hour of the day it belongs to, nobody knows."""
    old, new, times = by_day(1, 0.3, days=7.5)
    times[7] = np.datetime64("NaT")
    found = difference(mean_loss.TEST, old, new, GATE, times)
    assert 0 < found.p <= 1 and found.low < found.value < found.high


def test_rows_without_a_time_are_independent() -> None:
    """Each row of images, say, is a case of its own."""
    old, new = pair(mean_loss.TEST, 1, gain=1)
    found = difference(mean_loss.TEST, old, new, GATE)
    assert found.p == mean_loss.TEST.p_value(old, new)


def test_six_long_stretches_are_little_evidence_however_many_rows_they_have() -> None:
    """A test that takes 36,000 rows for independent is as sure there as numbers can be."""
    better = np.repeat([1.0, 1.0, -1.0, -1.0, 1.0, 1.0], 6000)
    new = 9 + np.random.default_rng(2).normal(size=len(better))
    times = np.datetime64("2026-11-01", "us") + np.arange(len(new)) * np.timedelta64(1, "m")
    assert mean_loss.TEST.p_value(new + better, new) == 0
    assert difference(mean_loss.TEST, new + better, new, GATE, times).p > 0.05
    assert difference(mean_loss.TEST, new + better + 9, new, GATE, times).p < 0.0001
