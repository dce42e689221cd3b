"""Tests losses that are 0 where a model is right and 1 where it is wrong, as a share of rows."""

import numpy as np

from perennial.statistics.counts import Bools, Floats
from perennial.statistics.intervals import wilson
from perennial.statistics.loss_test import LossTest
from perennial.statistics.paired import mcnemar, paired_interval, small_paired_interval


def right(losses: Floats) -> Bools:
    """Return whether each row is right."""
    return np.asarray(losses == 0)


class ShareRight:
    """The score is the share of rows that are right.

    >>> ShareRight().score(np.array([0.0, 0.0, 0.0, 1.0]))
    0.75
    """

    name = "McNemar's exact test"
    names = "exact McNemar tests"
    intervals = "by Agresti and Min"
    highest = 1.0
    factor = 100.0
    step = "percentage points"

    def score(self, losses: Floats) -> float:
        """Return the share."""
        return float(right(losses).mean())

    def worst(self, losses: Floats) -> float:
        """Return that of a wrong row."""
        return 1.0

    def bounds(self, losses: Floats, *, level: float) -> tuple[float, float]:
        """Return Wilson's interval."""
        return wilson(int(right(losses).sum()), len(losses), level)

    def bounds_of(self, score: float, rows: int) -> tuple[float, float] | None:
        """Return Wilson's interval of a share of so many rows."""
        return wilson(round(score * rows), rows)

    def p_value(self, champion: Floats, challenger: Floats) -> float:
        """Return that of McNemar's exact test."""
        return mcnemar(right(champion), right(challenger))

    def difference_bounds(
        self, champion: Floats, challenger: Floats, *, samples: int, level: float, seed: int
    ) -> tuple[float, float]:
        """Return the paired bootstrap interval."""
        pair = right(champion), right(challenger)
        return paired_interval(*pair, samples=samples, level=level, seed=seed)

    def few_bounds(
        self, champion: Floats, challenger: Floats, *, level: float
    ) -> tuple[float, float]:
        """Return the interval of Agresti and Min."""
        return small_paired_interval(right(champion), right(challenger), level=level)


TEST: LossTest = ShareRight()
