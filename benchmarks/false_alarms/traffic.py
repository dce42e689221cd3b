"""Simulated traffic, minute by minute: requests drawn from a population of rows, counted by bin.

Requests arrive as a Poisson process. With a rhythm, volume and mix vary around their mean, so that
hours or days differ but whole rhythms do not. Rows may follow each other: each then comes several
times at once, as from a client that sends its own again and again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
DAY = 1440
# Peak volume relative to the mean, minus one, and the delay of its peak after that of the mix.
VOLUME_SWING, VOLUME_LAG = 0.6, np.pi / 3
# How a weekend differs from the mean week in its mix, and its volume over that of other days.
WEEKEND_MIX, WEEKEND_VOLUME = -0.8, 0.4
# Numbers drawn at a time, to limit memory.
CHUNK = 4_000_000
# Where each row comes once in so many minutes, or oftener, a matrix of all rows is quicker.
DENSE = 50


@dataclass(frozen=True)
class Rhythm:
    """mix, volume: of each minute, given the minutes; mix from -1 to 1."""

    mix: Callable[[Floats], Floats]
    volume: Callable[[Floats], Floats]


def _days(minutes: Floats, lag: float = 0.0) -> Floats:
    return np.sin(2 * np.pi * minutes / DAY - lag)


def _weekend(minutes: Floats) -> Floats:
    return (minutes // DAY % 7 >= 5).astype(np.float64)


def _weekly_mix(minutes: Floats) -> Floats:
    # The other days make up for the weekend, in proportion to their requests.
    others = -WEEKEND_MIX * 2 * WEEKEND_VOLUME / 5
    return np.where(_weekend(minutes) > 0, WEEKEND_MIX, others)


def _weekly_volume(minutes: Floats) -> Floats:
    mean = (5 + 2 * WEEKEND_VOLUME) / 7
    return np.where(_weekend(minutes) > 0, WEEKEND_VOLUME, 1.0) / mean


def _daily_volume(minutes: Floats) -> Floats:
    return 1 + VOLUME_SWING * _days(minutes, VOLUME_LAG)


STEADY = Rhythm(np.zeros_like, np.ones_like)
DAILY = Rhythm(_days, _daily_volume)
WEEKLY = Rhythm(_weekly_mix, _weekly_volume)
BOTH = Rhythm(
    lambda minutes: (_days(minutes) + _weekly_mix(minutes)) / 2,
    lambda minutes: _daily_volume(minutes) * _weekly_volume(minutes),
)


@dataclass(frozen=True)
class Traffic:
    """rate: mean requests per minute.  minutes: duration.  start: minutes since the rhythm began.

    swing: how far the rhythm moves each row's share of the traffic, from -1 to 1, shape (rows,).
    run: how often a row comes on average before another does; 1 is independent rows.
    """

    rate: float
    minutes: int
    swing: Floats
    rhythm: Rhythm = STEADY
    run: float = 1.0
    start: int = 0

    @property
    def volume(self) -> Floats:
        """Requests of each minute divided by their mean, shape (minutes,)."""
        return self.rhythm.volume(self._times)

    @property
    def mix(self) -> Floats:
        """The rhythm of the mix, from -1 to 1, shape (minutes,)."""
        return self.rhythm.mix(self._times)

    @property
    def weights(self) -> Floats:
        """Each row's share of a week's traffic divided by an even share, shape (rows,)."""
        week = np.arange(7.0 * DAY)
        volume, mix = self.rhythm.volume(week), self.rhythm.mix(week)
        found: Floats = 1 + self.swing * float((volume * mix).sum() / volume.sum())
        return found

    @property
    def _times(self) -> Floats:
        return np.arange(float(self.minutes)) + self.start

    def sums(self, values: Floats, random: np.random.Generator) -> Floats:
        """Return the sums of the requests' values by minute, shape (minutes, columns).

        values: of each row of the population, shape (rows, columns).
        """
        return np.vstack(list(self._parts(values, random)))

    def _parts(self, values: Floats, random: np.random.Generator) -> Iterator[Floats]:
        """Draw each request's row; drop requests that the rhythm thins out."""
        rows, narrow = len(values), values.astype(np.float32)
        most = 1 + np.abs(self.swing).max()
        mix, volume = self.mix, self.volume
        expected = self.rate * volume * most / self.run
        dense = self.rate * DENSE > rows
        wide = rows if dense else values.shape[1] * self.rate
        step = max(1, int(CHUNK / wide / most / volume.max()))
        for start in range(0, self.minutes, step):
            came = random.poisson(expected[start : start + step])
            minute = np.repeat(np.arange(len(came)), came)
            row = random.integers(rows, size=len(minute))
            if self.swing.any():
                share = (1 + mix[start + minute] * self.swing[row]) / most
                kept = random.random(len(minute)) < share
                minute, row = minute[kept], row[kept]
            times = self._times_over(np.ones(len(row), np.int64), random)
            shape = len(came), rows
            if dense:
                found = np.bincount(minute * rows + row, times, minlength=len(came) * rows)
                yield (found.reshape(shape).astype(np.float32) @ narrow).astype(np.float64)
            else:
                counted = csr_array((times, (minute, row)), shape=shape)
                yield np.asarray(counted @ values)

    def _times_over(
        self, came: NDArray[np.int64], random: np.random.Generator
    ) -> NDArray[np.int64]:
        """Return how many requests so many clients make: a geometric number each."""
        if self.run == 1:
            return came
        return came + random.negative_binomial(came, 1 / self.run)
