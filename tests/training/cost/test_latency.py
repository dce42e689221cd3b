"""Latency: fair turns, warm models, the right percentiles of a clock that a test moves."""

import numpy as np
import pytest
from numpy.typing import NDArray

from training.cost.latency import CALLS, ROUNDS, ROWS, WARM_UP, measure_latency


class Clock:
    """A clock that models move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return seconds."""
        return self.now


class Model:
    """Takes so many seconds a row, and ten times as long in every 40th call."""

    def __init__(self, name: str, seconds: float, clock: Clock, log: list[str]) -> None:
        self.name, self.seconds, self.clock, self.log = name, seconds, clock, log
        self.calls = 0

    def predict(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Answer, and let the time pass."""
        self.calls += 1
        self.log.append(self.name)
        self.clock.now += self.seconds * len(rows) * (10 if self.calls % 40 == 0 else 1)
        return np.zeros((len(rows), 2), np.float32)


def test_median_and_tail_are_those_of_each_model() -> None:
    """One row and a batch; the slow calls show in p99 and not in the median."""
    clock, log = Clock(), list[str]()
    models = [Model("a", 1.0, clock, log), Model("b", 3.0, clock, log)]
    found = measure_latency(models, np.zeros((5, 2), np.float32), clock=clock, most=np.inf)
    assert [[latency.rows for latency in of] for of in found] == [list(ROWS)] * 2
    for of, seconds in zip(found, (1, 3), strict=True):
        for latency in of:
            assert latency.p50 == pytest.approx(seconds * latency.rows)
            assert latency.p99 == pytest.approx(10 * seconds * latency.rows)


def test_models_take_turns() -> None:
    """No model runs twice more than the other at any time, and each is as often first."""
    clock, log = Clock(), list[str]()
    models = [Model("a", 1.0, clock, log), Model("b", 1.0, clock, log)]
    measure_latency(models, np.zeros((1, 2), np.float32), sizes=(1,), clock=clock, most=np.inf)
    pairs = [tuple(log[i : i + 2]) for i in range(0, len(log), 2)]
    assert len(pairs) == ROUNDS * CALLS + WARM_UP
    assert pairs.count(("a", "b")) == pairs.count(("b", "a")) == len(pairs) / 2


def test_one_model_alone_is_measured_too() -> None:
    """The first model has nobody to take turns with."""
    clock = Clock()
    found = measure_latency(
        [Model("a", 2.0, clock, [])], np.zeros((1, 2), np.float32), clock=clock, most=np.inf
    )
    assert len(found) == 1 and found[0][0].p50 == 2


def test_a_slow_model_is_called_less_often() -> None:
    """A measurement ends soon, whatever the model; its figures stay those of a call."""
    clock, log = Clock(), list[str]()
    (found,) = measure_latency(
        [Model("a", 0.001, clock, log)], np.zeros((1, 2), np.float32), clock=clock, most=5.0
    )
    assert clock.now < 2 * 5
    assert [latency.calls for latency in found] == [CALLS, 8]
    assert [latency.p50 for latency in found] == pytest.approx([0.001, 0.064])


def test_a_stall_of_the_machine_is_nobodys_tail() -> None:
    """A burst in one round leaves the figures of both models alone."""
    clock = Clock()
    model = Model("a", 1.0, clock, [])
    stalled = iter([True] * 30)

    def ticks() -> float:
        if model.calls > 200 and next(stalled, False):
            clock.now += 1000
        return clock.now

    (found,) = measure_latency(
        [model], np.zeros((1, 2), np.float32), sizes=(1,), clock=ticks, most=np.inf
    )
    assert (found[0].p50, found[0].p99) == (1, 10)
