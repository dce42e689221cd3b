"""Simulated traffic, minute by minute: requests drawn from a population of rows, counted by bin.

Requests arrive as a Poisson process. With a cycle, volume and mix vary around their mean once a
day, so that hours differ but whole days do not.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAY = 1440
# Peak volume relative to the mean, minus one, and the delay of its peak after that of the mix.
VOLUME_SWING, VOLUME_LAG = 0.6, np.pi / 3
# Numbers drawn at a time, to limit memory.
CHUNK = 4_000_000


@dataclass(frozen=True)
class Traffic:
    """rate: mean requests per minute.  minutes: duration.

    swing: amplitude of each row's share of the traffic over a day, from -1 to 1, shape (rows,); all
    0 is steady traffic.
    """

    rate: float
    minutes: int
    swing: Floats

    @property
    def volume(self) -> Floats:
        """Requests of each minute divided by their mean, shape (minutes,)."""
        if not self.swing.any():
            return np.ones(self.minutes)
        return 1 + VOLUME_SWING * np.sin(self._phase - VOLUME_LAG)

    @property
    def weights(self) -> Floats:
        """Each row's share of a day's traffic divided by an even share, shape (rows,)."""
        found: Floats = 1 + self.swing * VOLUME_SWING * np.cos(VOLUME_LAG) / 2
        return found

    @property
    def _phase(self) -> Floats:
        return 2 * np.pi * np.arange(self.minutes) / DAY

    def sums(self, values: Floats, random: np.random.Generator) -> Floats:
        """Return the sums of the requests' values by minute, shape (minutes, columns).

        values: of each row of the population, shape (rows, columns).
        """
        many = self.rate * self.minutes > 20 * CHUNK
        parts = self._by_row(values, random) if many else self._by_request(values, random)
        return np.vstack(list(parts))

    def _by_row(self, values: Floats, random: np.random.Generator) -> Iterator[Floats]:
        """Draw how often each row occurs in each minute, for busy traffic."""
        rows, narrow = len(values), values.astype(np.float32)
        sine, expected = np.sin(self._phase), self.rate * self.volume / len(values)
        step = max(1, CHUNK // rows)
        for start in range(0, self.minutes, step):
            part = slice(start, start + step)
            mean = expected[part, None] * (1 + sine[part, None] * self.swing)
            yield (random.poisson(mean).astype(np.float32) @ narrow).astype(np.float64)

    def _by_request(self, values: Floats, random: np.random.Generator) -> Iterator[Floats]:
        """Draw each request's row, for quiet traffic; drop requests that the cycle thins out."""
        most = 1 + np.abs(self.swing).max()
        sine, expected = np.sin(self._phase), self.rate * self.volume * most
        step = max(1, int(CHUNK / values.shape[1] / self.rate / most / (1 + VOLUME_SWING)))
        for start in range(0, self.minutes, step):
            came = random.poisson(expected[start : start + step])
            minute = np.repeat(np.arange(len(came)), came)
            row = random.integers(len(values), size=len(minute))
            share = (1 + sine[start + minute] * self.swing[row]) / most
            kept = random.random(len(minute)) < share
            yield _add_up(values[row[kept]], minute[kept], len(came))


def _add_up(values: Floats, minute: NDArray[np.int64], minutes: int) -> Floats:
    """Return the sums by minute; `minute` increases."""
    total = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    ends = np.searchsorted(minute, np.arange(minutes + 1))
    sums: Floats = total[ends[1:]] - total[ends[:-1]]
    return sums
