"""How rows follow one another in a stream: independently, in a daily rhythm, or in runs."""

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.drift.frame import Floats, Ints
from benchmarks.drift.windows import Looks

# The request rate where there are hours, in requests a minute, and the requests of a day.
A_MINUTE = 5
DAY = 24 * 60 * A_MINUTE
# The rule learns for a week. Two days more, and its past holds whole windows of a day alone. A
# shift has a day to be seen, so that none depends on the hour of its onset.
LEARNED = Looks(every=50, horizon=DAY, before=9 * DAY)


@dataclass(frozen=True)
class Traffic:
    """A kind of traffic.

    swing: how far the mix of rows moves between day and night, from 0 to 1.
    run: how often a row comes on average before another does; 1 is independent rows.
    """

    name: str
    looks: Looks
    swing: float = 0.0
    run: float = 1.0

    def draw(
        self, sides: Floats, weights: Floats | None, places: Floats, rng: np.random.Generator
    ) -> Ints:
        """Return a row for each place in the stream.

        sides: 1 for rows of the day, -1 for those of the night, shape (rows,).
        weights: probability of each row over a whole day; None if all are equal.
        places: requests since the day began.
        """
        rows = self._of_hours(sides, weights, places, rng)
        if self.run == 1:
            return rows
        other = rng.random(len(rows)) < 1 / self.run
        return rows[np.maximum.accumulate(np.where(other, np.arange(len(rows)), 0))]

    def reference(self, sides: Floats, rows: int, rng: np.random.Generator) -> Ints:
        """Return the rows of a reference: independent ones, of all hours."""
        return replace(self, run=1.0).draw(sides, None, np.arange(rows) * DAY / rows, rng)

    def _of_hours(
        self, sides: Floats, weights: Floats | None, places: Floats, rng: np.random.Generator
    ) -> Ints:
        rows, many = len(sides), len(places)
        if self.swing == 0:
            return rng.choice(rows, size=many, p=weights)
        even = np.full(rows, 1 / rows) if weights is None else weights
        shares = [np.where(sides == side, even, 0) for side in (1, -1)]
        by_day, by_night = (rng.choice(rows, size=many, p=part / part.sum()) for part in shares)
        mix = self.swing * np.sin(2 * np.pi * places / DAY)
        day, night = shares[0].sum() * (1 + mix), shares[1].sum() * (1 - mix)
        return np.where(rng.random(many) < day / (day + night), by_day, by_night)


INDEPENDENT = Traffic("independent", Looks())
# As in benchmarks/false_alarms: nine in ten requests come from one half by day, the other by night.
DAILY = Traffic("daily", LEARNED, swing=0.8)
# One row counts as about twenty, as on real streams.
RUNS = Traffic("runs", LEARNED, run=10.0)
TRAFFIC = {traffic.name: traffic for traffic in (INDEPENDENT, DAILY, RUNS)}
