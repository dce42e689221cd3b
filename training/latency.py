"""How long models take to answer, measured in turns so that all meet the same noise."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice, permutations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

ROWS = (1, 64)  # of one call
CALLS = 400  # of each model at each size; p99 is the fifth slowest
WARM_UP = 20  # calls before, which do not count


class Answers(Protocol):
    """What is used of a predictor."""

    def predict(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return probabilities of shape (rows, labels)."""


@dataclass(frozen=True)
class Latency:
    """Seconds of one call with so many rows: the median, and what 99 % of the calls kept."""

    rows: int
    p50: float
    p99: float


def measure(
    models: Sequence[Answers],
    inputs: NDArray[np.float32],
    *,
    sizes: Sequence[int] = ROWS,
    calls: int = CALLS,
    clock: Callable[[], float] = time.perf_counter,
) -> list[tuple[Latency, ...]]:
    """Return each model's latency at each size.

    inputs: rows to ask with, at least 1, over and over.  calls: of each model at each size.
    """
    found = [_size(models, inputs, rows, calls, clock) for rows in sizes]
    return list(zip(*found, strict=True))


def _size(
    models: Sequence[Answers],
    inputs: NDArray[np.float32],
    rows: int,
    calls: int,
    clock: Callable[[], float],
) -> list[Latency]:
    """Call every model in turn, each one as often first as the others."""
    seconds = np.empty((len(models), calls))
    turns = list(islice(permutations(range(len(models))), 2))
    for call in range(-WARM_UP, calls):
        batch = inputs[np.arange(call * rows, (call + 1) * rows) % len(inputs)]
        for model in turns[call % len(turns)]:
            started = clock()
            models[model].predict(batch)
            if call >= 0:
                seconds[model, call] = clock() - started
            else:
                clock()
    return [
        Latency(rows, *(float(value) for value in np.quantile(taken, (0.5, 0.99))))
        for taken in seconds
    ]
