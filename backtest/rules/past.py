"""The past of a signal over arrays: how far its windows moved within a rhythm, at every look."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# Stands for a PSI that is not known.
NONE = -1.0


@dataclass(frozen=True)
class Kept:
    """What is kept of one window after each row: of shape (rows,).

    calm: PSI, or NONE while the signal drifted.  dispersions: of G, and of ranks if there are any.
    """

    calm: Floats
    dispersions: tuple[Floats, ...]


@dataclass(frozen=True)
class History:
    """What is kept of a model's signal, over all its versions.

    rows: of all its life.  windows: what is kept of the latest of them, by window.
    usual: the largest usual PSI at the last of them, by window.
    """

    rows: int
    windows: Mapping[str, Kept]
    usual: Mapping[str, float]

    def then(self, latest: "History", *, most: int) -> "History":
        """Return this history followed by that of a later version; most: rows to keep."""
        windows = {
            name: Kept(
                _joined(self.windows[name].calm, kept.calm, most),
                tuple(
                    _joined(old, new, most)
                    for old, new in zip(
                        self.windows[name].dispersions, kept.dispersions, strict=False
                    )
                ),
            )
            for name, kept in latest.windows.items()
        }
        return History(self.rows + latest.rows, windows, latest.usual)


NOTHING = History(0, {}, {})


def _joined(old: Floats, new: Floats, most: int) -> Floats:
    joined: Floats = np.concatenate([old, new])[-most:]
    return joined


def steps(values: Floats, *, first: int, step: int) -> tuple[Floats, int]:
    """Return the values after every whole step, and the number of the first of these steps.

    values: after each row.  first: number of the first of these rows, counted from 1.
    """
    number = -(-first // step)
    return values[number * step - first :: step], number


def largest(values: Floats, number: int, *, ends: Ints, many: int) -> Floats:
    """Return the largest of `many` steps up to each end, or NONE.

    values, number: of `steps`.  ends: numbers of steps.
    """
    if not len(values):
        return np.full(len(ends), NONE)
    best, reach = values, 1
    while reach < many:
        back = min(reach, many - reach)
        best, reach = np.maximum(best, _later(best, back)), reach + back
    found: Floats = np.where(ends >= number, best[np.clip(ends - number, 0, len(best) - 1)], NONE)
    return found


def _later(values: Floats, by: int) -> Floats:
    moved: Floats = np.concatenate([np.full(min(by, len(values)), NONE), values[:-by]])
    return moved


def mean(values: Floats, number: int, *, ends: Ints, many: int) -> Floats:
    """Return the mean of the positive ones of `many` steps up to each end, or NONE without any."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    seen = np.concatenate([[0], np.cumsum(values > 0)])
    high = np.clip(ends - number + 1, 0, len(values))
    low = np.clip(high - many, 0, None)
    number_seen = seen[high] - seen[low]
    found: Floats = np.where(
        number_seen > 0, (total[high] - total[low]) / np.maximum(number_seen, 1), NONE
    )
    return found
