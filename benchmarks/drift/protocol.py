"""What a detector is, and the one threshold that makes all of them raise as many false alarms."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from benchmarks.drift.frame import Floats, Frame, Ints
from benchmarks.drift.windows import Looks

# Rows that a peer which keeps raw rows compares with its reference; its best is reported.
WINDOWS = (250, 1_000, 3_000)
# From the stream's rows, before and after the onset, to a score per variant and look: the higher,
# the more alarming. Shape (variants, looks).
Scorer = Callable[[Ints, Ints], Floats]


class Watcher(Protocol):
    """A detector that knows its reference."""

    def watch(self, before: Frame, after: Frame) -> Scorer:
        """Return the scorer of streams whose rows are of `before` until the onset, then `after`."""


class Detector(Protocol):
    """A way to tell drift, in one or several variants of which its best is reported."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    @property
    def variants(self) -> tuple[str, ...]:
        """What its variants differ in, in the order of the scores."""

    def fit(self, reference: Frame, looks: Looks) -> Watcher:
        """Return the detector with its reference."""


def threshold(peaks: Floats, *, level: float) -> float:
    """Return the score that a share `level` of stationary streams passes at any of its looks.

    peaks: the greatest score of each stream, shape (streams,).

    >>> threshold(np.array([1.0, 2.0, 3.0, 4.0]), level=0.25)
    3.0
    """
    ordered = np.sort(peaks)[::-1]
    return float(ordered[min(len(ordered) - 1, int(level * len(ordered)))])


def delays(scores: Floats, limit: float, looks: Looks) -> Floats:
    """Return the requests until each stream's first alarm, infinity where none came.

    scores: shape (streams, looks).

    >>> delays(np.array([[0.0, 2.0], [0.0, 0.0]]), 1.0, Looks(every=50, horizon=100)).tolist()
    [100.0, inf]
    """
    above = scores > limit
    first = looks.places[above.argmax(axis=1)].astype(np.float64)
    return np.where(above.any(axis=1), first, np.inf)
