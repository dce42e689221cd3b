"""A history under its first model: what is estimated of rows, what came, and what is unknown."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backtest.pipeline import TrainedModel
from backtest.rules.quality import first_look
from backtest.rules.quality_alerts import checked_columns, unknown
from backtest.scenario import Scenario
from backtest.watching import sums
from benchmarks.drift.accuracy import ROWS
from perennial.kinds.output_kind import Truths
from perennial.signals import Reference
from perennial.statistics.counts import Bools, Floats
from training.artifacts.splits import Prepared


@dataclass(frozen=True)
class Stream:
    """The rows of a scenario that came after the first model's; nothing is trained again."""

    scenario: Scenario
    model: TrainedModel

    @cached_property
    def reference(self) -> Reference:
        """What the model was accepted with."""
        return self.model.predictor.bundle.reference

    @property
    def accepted(self) -> float:
        """The accuracy or the loss of the reference, which a constant estimate is."""
        known = self.reference.accuracy
        return (self.reference.loss or 0.0) if known is None else known

    @property
    def scale(self) -> float:
        """What an error of 1 is: that of an accuracy, or as large as the reference's loss."""
        return self.accepted if self.reference.accuracy is None else 1.0

    @cached_property
    def values(self) -> Floats:
        """What the model answers, shape (rows, width)."""
        return self.model.values(self.scenario.split.inputs[self.scenario.start :])

    @cached_property
    def truths(self) -> Truths:
        """What was true, shape (rows,)."""
        return self.scenario.truths[self.scenario.start :]

    @cached_property
    def tested(self) -> tuple[Floats, Truths]:
        """The answers to the test rows that the reference is made of, and their truths."""
        prepared = Prepared.read(self.model.folder / "prepared", self.scenario.task.input)
        with np.load(self.model.folder / "model" / "predictions.npz") as file:
            return file["test"], prepared.test.labels

    @cached_property
    def _checks(self) -> Floats:
        output = self.scenario.task.output
        return checked_columns(self.reference, output, self.values, self.truths)

    @cached_property
    def unknown(self) -> Bools:
        """Whether the estimate is unknown when each row has arrived, shape (rows,)."""
        scenario = self.scenario
        labelled = scenario.labelled[scenario.start :] - scenario.begin
        arrived = scenario.arrived[scenario.start :] - scenario.begin
        before = np.zeros((first_look(scenario.thresholds, scenario.pace), 4))
        counted = sums(self._checks, labelled, scenario.end - scenario.begin)
        found = unknown(
            self.reference,
            np.vstack([before, counted]),
            scenario.thresholds,
            pace=scenario.pace,
        )
        return found[1:][arrived]

    @property
    def blocks(self) -> Iterator[slice]:
        """Yield the rows of each block."""
        for start in range(0, len(self.truths) - ROWS + 1, ROWS):
            yield slice(start, start + ROWS)

    def means(self, column: int) -> Floats:
        """Return the mean of each block: column 1 of what was estimated, 2 of what came."""
        return np.array([self._checks[rows, column].mean() for rows in self.blocks])
