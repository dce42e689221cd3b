"""One replay: a history, its task, and all limits that decide."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from backtest.history import History
from backtest.part import Beginning
from backtest.pipeline import Pipeline
from backtest.watching import Steps
from monitoring.relay.policy import Policy
from monitoring.thresholds import Thresholds
from perennial.kinds.output_kind import Truths
from perennial.statistics.counts import Floats
from training.artifacts.splits import Split
from training.params import TaskParams
from training.task.task import Task


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A history to replay.

    start: rows that the first model is made of.  pace: seconds between two looks of the rules.
    duration: seconds from a pipeline's start to the new version's first prediction.
    horizon: rows over which a new version's gain is looked at.
    made: the digest of what else decides a model.
    """

    name: str
    task: Task
    history: History
    numbers: TaskParams
    thresholds: Thresholds
    relay: Policy
    start: int
    pace: int
    duration: float
    horizon: int
    made: str
    cache: Path

    @cached_property
    def pipeline(self) -> Pipeline:
        """The pipeline, whose base rows are the first ones."""
        task = Beginning(self.task, self.history.first(self.start))
        return Pipeline(self.name, task, self.numbers, made=self.made, cache=self.cache)

    @cached_property
    def split(self) -> Split:
        """All rows."""
        truths = self.task.output.truths(self.history.labels)
        many = len(self.history)
        return Split(self.task.input, self.history.table, truths, np.full(many, "history"))

    @property
    def truths(self) -> Truths:
        """What all labels are to a model."""
        return self.split.labels

    @cached_property
    def taught(self) -> Truths:
        """What the labels that arrive are to a model."""
        return self.task.output.truths(self.history.taught)

    def steps_of(self, seconds: Floats) -> Steps:
        """Return the step by which something has happened."""
        found: Steps = np.ceil((seconds - self.history.seconds[0]) / self.pace).astype(np.int64)
        return found

    @cached_property
    def arrived(self) -> Steps:
        """The step at which each row has arrived."""
        return self.steps_of(self.history.seconds)

    @cached_property
    def labelled(self) -> Steps:
        """The step at which each row's label has arrived."""
        return self.steps_of(self.history.labelled)

    @cached_property
    def label_steps(self) -> Steps:
        """When labels of rows after the first ones arrive, in order."""
        return np.sort(self.labelled[self.start :])

    @cached_property
    def late(self) -> float:
        """The seconds from a row to its label, in the middle of all rows."""
        return float(np.median(self.history.labelled - self.history.seconds))

    @property
    def begin(self) -> int:
        """The step from which the first model serves: that of its last row."""
        return int(self.arrived[self.start - 1])

    @property
    def end(self) -> int:
        """The step after the last row's."""
        return int(self.arrived[-1]) + 1
