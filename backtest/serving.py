"""A version that serves: what it answers to all rows, what that costs, and when it alerts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backtest.rules.drift import Bools, History
from backtest.rules.quality_alerts import Learned
from backtest.pipeline import TrainedModel
from backtest.scenario import Scenario
from backtest.watching import Rows, Watch
from perennial.statistics.counts import Floats


@dataclass(frozen=True)
class Serving:
    """A version from its first step on; before: the one that it replaces."""

    scenario: Scenario
    model: TrainedModel
    since: int
    before: "Serving | None" = None

    @cached_property
    def values(self) -> Floats:
        """Its answers to all rows, shape (rows, output width)."""
        return self.model.values(self.scenario.split.inputs)

    @cached_property
    def losses(self) -> Floats:
        """What it loses on each row, shape (rows,)."""
        return self.scenario.task.output.losses(self.values, self.scenario.truths)

    @cached_property
    def alerts(self) -> Mapping[str, Bools]:
        """The steps since it serves at which each alert's condition holds."""
        return self._watch.fired()

    @cached_property
    def _watch(self) -> Watch:
        scenario = self.scenario
        served = np.flatnonzero(scenario.arrived > self.since)
        rows = Rows(
            rows=scenario.split.inputs[served],
            values=self.values[served],
            truths=scenario.taught[served],
            arrived=scenario.arrived[served] - self.since,
            labelled=scenario.labelled[served] - self.since,
            steps=scenario.end - self.since,
        )
        past, labels_as_one = self._learned
        return Watch(
            self.model.bundle,
            rows,
            thresholds=scenario.thresholds,
            pace=scenario.pace,
            past=past,
            labels_as_one=labels_as_one,
        )

    @property
    def _learned(self) -> tuple[Mapping[str, History], Learned]:
        """What the versions before had learned, of signals and of labels."""
        if self.before is None:
            return {}, {}
        steps = self.since - self.before.since
        return self.before._watch.past(steps), self.before._watch.labels_as_one(steps)

    def firing(self, step: int) -> tuple[str, ...]:
        """Return the names of the alerts that fire at a step of the history."""
        at = step - self.since
        return tuple(name for name, found in self.alerts.items() if found[at])
