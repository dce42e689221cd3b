"""Measures how long models take to answer, in turns so that all meet the same noise."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice, permutations
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

ROWS = (1, 64)  # of one call
ROUNDS, CALLS = 9, 120  # of each model at each size, and of each round
WARM_UP = 20  # calls before the measurement


class Answers(Protocol):
    """The method of a predictor that is timed."""

    def predict(self, rows: NDArray[Any]) -> NDArray[np.float32]:
        """Return probabilities of shape (rows, labels)."""


@dataclass(frozen=True)
class Latency:
    """Seconds per call of `rows` rows: the median and the 99th percentile.

    Both are medians over rounds, so that a brief load on the machine does not become the tail.
    """

    rows: int
    p50: float
    p99: float


def measure_latency(
    models: Sequence[Answers],
    inputs: NDArray[Any],
    *,
    sizes: Sequence[int] = ROWS,
    clock: Callable[[], float] = time.perf_counter,
) -> list[tuple[Latency, ...]]:
    """Return each model's latency at each size.

    inputs: rows to send, at least 1; they are reused as needed.  sizes: rows of one call.
    """
    found = [_size(models, inputs, rows, clock) for rows in sizes]
    return list(zip(*found, strict=True))


def _size(
    models: Sequence[Answers],
    inputs: NDArray[Any],
    rows: int,
    clock: Callable[[], float],
) -> list[Latency]:
    """Call the models in turn; each goes first equally often."""
    seconds = np.empty((len(models), ROUNDS * CALLS))
    turns = list(islice(permutations(range(len(models))), 2))
    for call in range(-WARM_UP, ROUNDS * CALLS):
        batch = inputs[np.arange(call * rows, (call + 1) * rows) % len(inputs)]
        for model in turns[call % len(turns)]:
            started = clock()
            models[model].predict(batch)
            taken = clock() - started
            if call >= 0:
                seconds[model, call] = taken
    by_round = seconds.reshape(len(models), ROUNDS, CALLS)
    medians, tails = np.median(np.quantile(by_round, (0.5, 0.99), axis=2), axis=2)
    return [Latency(rows, float(p50), float(p99)) for p50, p99 in zip(medians, tails, strict=True)]
