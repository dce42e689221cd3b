"""The interface of a test of losses: how two models are compared on the same rows."""

from typing import Protocol

from perennial.statistics.counts import Floats


class LossTest(Protocol):
    """Scores, intervals and a test of losses per row, each of shape (rows,), at least one row.

    `share_right` is for losses that are 0 or 1, `mean_loss` for all others.
    """

    @property
    def name(self) -> str:
        """What the test is called in a sentence on one comparison."""

    @property
    def names(self) -> str:
        """What it is called in a sentence on several."""

    @property
    def intervals(self) -> str:
        """Where the intervals of `few_bounds` are from, such as `by Agresti and Min`."""

    @property
    def highest(self) -> float:
        """The highest score that there can be."""

    @property
    def factor(self) -> float:
        """What differences are multiplied by, to be read in the `step`."""

    @property
    def step(self) -> str:
        """The unit of differences, such as percentage points; empty if it is the metric's."""

    def score(self, losses: Floats) -> float:
        """Return the score, which is the headline metric."""

    def worst(self, losses: Floats) -> float:
        """Return the loss of a row that a model gives no number for; losses: all that are known."""

    def bounds(self, losses: Floats, *, level: float) -> tuple[float, float]:
        """Return the confidence interval of the score. level: confidence, usually 0.95."""

    def bounds_of(self, score: float, rows: int) -> tuple[float, float] | None:
        """Return the 95 % interval where score and rows are all that is known; None if unknown."""

    def p_value(self, champion: Floats, challenger: Floats) -> float:
        """Return the p-value of "the models lose the same on the same rows", either way."""

    def difference_bounds(
        self, champion: Floats, challenger: Floats, *, samples: int, level: float, seed: int
    ) -> tuple[float, float]:
        """Return the paired bootstrap interval of challenger's score minus champion's."""

    def few_bounds(
        self, champion: Floats, challenger: Floats, *, level: float
    ) -> tuple[float, float]:
        """Return an interval of the same difference that also holds for few rows.

        It is infinite if the rows do not tell how far differences are spread, as a single one.
        """
