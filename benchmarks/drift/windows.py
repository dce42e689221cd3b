"""Counts of a stream in sliding windows at each look of the detectors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.drift.frame import Floats, Ints


@dataclass(frozen=True)
class Looks:
    """The looks of all detectors: every `every` requests after the onset, up to the horizon.

    before: requests of stationary history, enough to fill every window.
    """

    every: int = 50
    horizon: int = 6_000
    before: int = 14_400

    @property
    def count(self) -> int:
        """The number of looks."""
        return self.horizon // self.every

    @property
    def places(self) -> Ints:
        """Requests after the onset at each look."""
        return np.arange(1, self.count + 1) * self.every


def counts(codes: NDArray[np.integer], size: int, *, window: int, looks: Looks) -> Floats:
    """Return the count of each code in the window before each look, shape (looks, size).

    codes: of the whole stream, shape (before + horizon, signals), from 0 up to size; negative ones
    are not counted.  window: in requests, a multiple of `looks.every`.

    >>> few = Looks(every=2, horizon=4, before=2)
    >>> counts(np.array([[0], [0], [0], [1], [1], [1]]), 2, window=4, looks=few).tolist()
    [[3.0, 1.0], [1.0, 3.0]]
    """
    kept = codes[looks.before - (window - looks.every) :]
    blocks = len(kept) // looks.every
    places = np.repeat(np.arange(blocks) * size, looks.every * kept.shape[1])
    flat = kept.ravel()
    found = np.bincount((places + flat)[flat >= 0], minlength=blocks * size)
    total = np.vstack([np.zeros((1, size)), found.reshape(blocks, size).cumsum(axis=0)])
    length = window // looks.every
    live: Floats = total[length:] - total[:-length]
    return live


def per_signal(values: Floats, sizes: tuple[int, ...]) -> Floats:
    """Return the sum of each signal's columns, shape (looks, signals).

    >>> per_signal(np.array([[1.0, 2.0, 4.0]]), (2, 1)).tolist()
    [[3.0, 4.0]]
    """
    starts = np.cumsum((0, *sizes[:-1]))
    sums: Floats = np.add.reduceat(values, starts, axis=1)
    return sums
