"""Both models' answers with their intervals, beside the true labels."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from perennial.statistics.counts import Bools, Floats
from perennial.statistics.regression import ANSWER
from training.report.report_inputs import ReportInputs


@dataclass(frozen=True)
class Answers:
    """The answers to the rows of a report."""

    inputs: ReportInputs

    @property
    def truths(self) -> Floats:
        """The true labels, shape (rows,)."""
        return self.inputs.rows.labels

    @property
    def unit(self) -> str:
        """The unit of the labels, for axes."""
        return self.inputs.output.loss_unit

    @property
    def models(self) -> Mapping[str, Floats]:
        """The values of main's model, if there is one, and of this one, by their names."""
        old = {} if self.inputs.old is None else {"main": self.inputs.old}
        return {**old, "here": self.inputs.new}

    @property
    def losses(self) -> Mapping[str, Floats]:
        """The losses of the same models."""
        lost = self.inputs.losses_before
        return {**({} if lost is None else {"main": lost}), "here": self.inputs.losses}

    def errors(self) -> Iterator[tuple[str, Floats]]:
        """Yield each model's name and its errors, answer minus truth, where it gives a number."""
        for name, values in self.models.items():
            off = values[:, ANSWER] - self.truths
            yield name, off[np.isfinite(off)]


@dataclass(frozen=True)
class Group:
    """Some of the rows, and their name in a picture."""

    name: str
    rows: Bools
