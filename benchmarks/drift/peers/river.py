"""river's ADWIN on each column: compares the mean of its older rows with that of the newer ones.

ADWIN has no reference: it gets the stationary history before the onset, and its window grows from
there. Until the first alarm its buckets depend only on the number of rows, so the delta at which it
would alarm can be computed for all columns at once.
"""

from functools import cache

import numpy as np

from benchmarks.drift.frame import Floats, Frame, Ints
from benchmarks.drift.protocol import Scorer
from benchmarks.drift.views import Numbers
from benchmarks.drift.windows import Looks

# river's own defaults.
CLOCK, BUCKETS, LEAST = 32, 5, 5


class River:
    """Alarms when a column's ADWIN does; the threshold is delta, one for all columns.

    Columns are scaled by the reference: to the range 0 to 1, for which ADWIN's guarantee holds, or
    to a standard deviation of 1.
    """

    name = "river ADWIN"
    variants = ("scaled to 0..1", "scaled to deviation 1")

    def fit(self, reference: Frame, looks: Looks) -> "RiverWatcher":
        """Compute the scales from the reference."""
        return RiverWatcher(reference, looks)


class RiverWatcher:
    """One ADWIN per column."""

    def __init__(self, reference: Frame, looks: Looks) -> None:
        self._looks = looks
        self._numbers = Numbers(reference)
        table = self._numbers.of(reference)
        self._low, spread = table.min(axis=0), np.ptp(table, axis=0)
        self._scales = [_scale(spread), _scale(table.std(axis=0))]

    def watch(self, before: Frame, after: Frame) -> Scorer:
        """Score by -log of the largest delta that would not alarm."""
        old, new = self._numbers.of(before), self._numbers.of(after)

        def score(first: Ints, then: Ints) -> Floats:
            stream = np.vstack([self._low, old[first], new[then]]) - self._low
            total, squares = stream.cumsum(axis=0), (stream**2).cumsum(axis=0)
            return np.stack([self._score(total, squares, scale) for scale in self._scales])

        return score

    def real(self, stream: Frame, variant: int, limit: float) -> int | None:
        """Return the number of rows of a stream after which river's own ADWINs first alarm."""
        from river.drift import ADWIN

        table = (self._numbers.of(stream) - self._low) / self._scales[variant]
        watchers = [ADWIN(delta=float(np.exp(-limit)), clock=CLOCK) for _ in table.T]
        for rows, values in enumerate(table.tolist(), start=1):
            for watcher, value in zip(watchers, values, strict=True):
                watcher.update(value)
            if any(watcher.drift_detected for watcher in watchers):
                return rows
        return None

    def _score(self, total: Floats, squares: Floats, scale: Floats) -> Floats:
        """Return the largest score of all columns in the checks since the previous look.

        total, squares: sums of the rows, and of their squares, up to each; the first are 0.
        """
        best = np.full(self._looks.count, -np.inf)
        before = self._looks.before
        for rows in range(before - before % CLOCK + CLOCK, len(total), CLOCK):
            found = _check(total, squares, scale, rows)
            look = (rows - before - 1) // self._looks.every
            best[look] = max(best[look], found)
        return best


def _check(total: Floats, squares: Floats, scale: Floats, rows: int) -> float:
    old = cuts(rows)
    new = rows - old
    keep = (old >= LEAST) & (new >= LEAST)
    old, new = old[keep][:, None], new[keep][:, None]
    variance = np.maximum((squares[rows] / rows - (total[rows] / rows) ** 2) / scale**2, 1e-12)
    left = total[old[:, 0]]
    apart = np.abs(left / old - (total[rows] - left) / new) / scale
    inverse = 1 / (old - LEAST + 1) + 1 / (new - LEAST + 1)
    # apart = sqrt(2 inverse variance d) + 2/3 inverse d, solved for d = log(2 log(rows) / delta).
    middle = np.sqrt(2 * inverse * variance)
    root = (np.sqrt(middle**2 + 8 / 3 * inverse * apart) - middle) / (4 / 3 * inverse)
    return float((root**2).max() - np.log(2 * np.log(rows)))


@cache
def cuts(rows: int) -> Ints:
    """Return the number of oldest rows before each bucket's end, after this many rows.

    >>> cuts(7).tolist()
    [2, 3, 4, 5, 6]
    """
    held: list[int] = []
    rest, size = rows, 1
    while rest > 0:
        # A level passes on its two oldest buckets when it has six.
        kept = rest if rest <= BUCKETS else BUCKETS - 1 + (rest - BUCKETS + 1) % 2
        held = [size] * kept + held
        rest, size = (rest - kept) // 2, size * 2
    return np.cumsum(held[:-1])


def _scale(spread: Floats) -> Floats:
    scale: Floats = np.where(spread > 0, spread, 1)
    return scale
