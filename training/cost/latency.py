"""Measures how long models take to answer, in turns so that all meet the same noise."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, permutations
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

ROWS = (1, 64)  # of one call
ROUNDS, CALLS = 9, 120  # of each model at each size, and of each round
WARM_UP = 20  # calls before the measurement
MOST_SECONDS = 10.0  # at each size, about, for which slow models are called less often
LEAST_CALLS = 5  # of each round


class Answers(Protocol):
    """The method of a predictor that is timed."""

    def predict(self, rows: NDArray[Any]) -> NDArray[np.float32]:
        """Return probabilities of shape (rows, labels)."""


@dataclass(frozen=True)
class Latency:
    """Seconds per call of `rows` rows: the median and the 99th percentile.

    Both are medians over rounds of `calls`, so that a brief load on the machine does not become the
    tail.
    """

    rows: int
    p50: float
    p99: float
    calls: int


def measure_latency(
    models: Sequence[Answers],
    inputs: NDArray[Any],
    *,
    sizes: Sequence[int] = ROWS,
    clock: Callable[[], float] = time.perf_counter,
    most: float = MOST_SECONDS,
) -> list[tuple[Latency, ...]]:
    """Return each model's latency at each size.

    inputs: rows to send, at least 1; they are reused as needed.  sizes: rows of one call.
    most: seconds, about, that one size takes.
    """
    found = [_size(models, inputs, rows, clock, most) for rows in sizes]
    return list(zip(*found, strict=True))


def _size(
    models: Sequence[Answers],
    inputs: NDArray[Any],
    rows: int,
    clock: Callable[[], float],
    most: float,
) -> list[Latency]:
    """Call the models in turn; each goes first equally often."""
    turns = list(islice(permutations(range(len(models))), 2))

    def taken(call: int) -> list[float]:
        batch, seconds = inputs[np.arange(call * rows, (call + 1) * rows) % len(inputs)], {}
        for model in turns[call % len(turns)]:
            started = clock()
            models[model].predict(batch)
            seconds[model] = clock() - started
        return [seconds[model] for model in range(len(models))]

    calls = _calls((sum(taken(call)) for call in range(WARM_UP)), most)
    seconds = np.array([taken(call) for call in range(ROUNDS * calls)])
    by_round = seconds.T.reshape(len(models), ROUNDS, calls)
    medians, tails = np.median(np.quantile(by_round, (0.5, 0.99), axis=2), axis=2)
    both = zip(medians, tails, strict=True)
    return [Latency(rows, float(p50), float(p99), calls) for p50, p99 in both]


def _calls(turns: Iterable[float], most: float) -> int:
    """Return how many calls a round has; turns: the seconds of each before the measurement.

    Turns end after a tenth of the most seconds.

    >>> _calls([0.001] * 20, 10), _calls([0.02] * 20, 10), _calls(iter([0.6, 0.5, 0.4]), 10)
    (120, 55, 5)
    """
    warm = list[float]()
    for seconds in turns:
        warm.append(seconds)
        if sum(warm) > most / 10:
            break
    fitting = most / ROUNDS / max(float(np.median(warm)), 1e-9)
    return int(max(LEAST_CALLS, min(CALLS, fitting)))
