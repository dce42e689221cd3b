"""The detectors' interface, and the threshold that gives all the same false-alarm rate."""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from benchmarks.drift.frame import Floats, Frame, Ints
from benchmarks.drift.windows import Looks

# Window sizes, in rows, for peers that compare raw rows; the best one is reported. The last is a
# whole day of traffic that has hours, in which day and night add up.
WINDOWS = (250, 1_000, 3_000, 7_200)
# A variant whose limits are not set here; its rule has a name of its own, and no rank.
AS_SHIPPED, SHIPPED = "as shipped", "Perennial as shipped"
# Turns the stream's rows, before and after the onset, into a score per variant and look, shape
# (variants, looks). Higher scores mean stronger drift.
Scorer = Callable[[Ints, Ints], Floats]


class Watcher(Protocol):
    """A detector with its reference."""

    def watch(self, before: Frame, after: Frame) -> Scorer:
        """Return the scorer of streams with rows of `before` up to the onset, then of `after`."""


class Detector(Protocol):
    """A method to detect drift, with one or more variants; the best one is reported."""

    @property
    def name(self) -> str:
        """Its name in the table."""

    @property
    def variants(self) -> tuple[str, ...]:
        """The names of its variants, in the order of the scores."""

    def fit(self, reference: Frame, looks: Looks) -> Watcher:
        """Return the detector with its reference."""


def threshold(peaks: Floats, *, level: float) -> float:
    """Return the score that a share `level` of stationary streams exceeds at any look.

    peaks: the largest score of each stream, shape (streams,).

    >>> threshold(np.array([1.0, 2.0, 3.0, 4.0]), level=0.25)
    3.0
    """
    ordered = np.sort(peaks)[::-1]
    return float(ordered[min(len(ordered) - 1, int(level * len(ordered)))])


def delays(scores: Floats, limit: float, looks: Looks) -> Floats:
    """Return the requests until each stream's first alarm, infinity if there was none.

    scores: shape (streams, looks).

    >>> delays(np.array([[0.0, 2.0], [0.0, 0.0]]), 1.0, Looks(every=50, horizon=100)).tolist()
    [100.0, inf]
    """
    above = scores > limit
    first = looks.places[above.argmax(axis=1)].astype(np.float64)
    return np.where(above.any(axis=1), first, np.inf)
