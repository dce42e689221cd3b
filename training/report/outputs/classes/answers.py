"""Both models' probabilities for the same answers, and which rows they get right."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from perennial.statistics import share_right
from perennial.statistics.counts import Bools, Floats
from training.report.report_inputs import ReportInputs

OTHER = "(other)"


@dataclass(frozen=True)
class Answers:
    """The answers to the rows of a report."""

    inputs: ReportInputs

    @property
    def old(self) -> Floats | None:
        """The champion's probabilities, shape (rows, answers); None without a champion.

        `(other)` has the highest probability of a label that only the champion knows.
        """
        return self.inputs.old

    @cached_property
    def new(self) -> Floats:
        """The challenger's probabilities, shape (rows, answers)."""
        more = len(self.names) - len(self.inputs.labels)
        return np.pad(self.inputs.new, ((0, 0), (0, more)))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The possible answers: the labels, and `(other)` if main knows other labels."""
        labels, old = self.inputs.labels, self.old
        return labels if old is None or old.shape[1] == len(labels) else (*labels, OTHER)

    @property
    def right(self) -> Bools:
        """Whether the challenger is right on each row, shape (rows,)."""
        return share_right.right(self.inputs.losses)

    @property
    def right_before(self) -> Bools | None:
        """Whether the champion is right on each row; None without a champion."""
        lost = self.inputs.losses_before
        return None if lost is None else share_right.right(lost)
