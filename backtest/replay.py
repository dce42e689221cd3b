"""Replays a history under one policy, one look after another."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backtest.collecting import Feedback, Places
from backtest.policy import Attempt, Moment, Policy, Start
from backtest.retraining import Retrained, labelled, retrained
from backtest.scenario import Scenario
from backtest.serving import Serving
from perennial.statistics.counts import Floats
from perennial.verdicts import Verdict
from training.gate.decision import GateDecision

Say = Callable[[float], None]
UNGATED = GateDecision(Verdict.PROMOTE, ("without a gate",))


@dataclass(frozen=True)
class Replayed:
    """What came of it. losses: of every row after the first ones, by the version that served."""

    losses: Floats
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True)
class _Running:
    """A pipeline that has been started, with the verdict that it will end with."""

    made: Retrained
    attempt: Attempt
    challenger: Serving | None


class Replay:
    """One replay; call `run` once. say: takes the share of the history that is done."""

    def __init__(self, scenario: Scenario, policy: Policy, say: Say = lambda share: None) -> None:
        self.scenario = scenario
        self._policy = policy
        self._say = say
        self._serving = Serving(scenario, scenario.pipeline.trained(), scenario.begin)
        self._feedback = Feedback.nothing()
        self._attempts: list[Attempt] = []
        # The first row of each version, in order.
        self._served: list[tuple[int, Serving]] = [(scenario.start, self._serving)]

    def run(self) -> Replayed:
        """Return the losses and the attempts."""
        scenario = self.scenario
        running: _Running | None = None
        steps = np.arange(scenario.end)
        rows = np.searchsorted(scenario.arrived, steps, side="right")
        for step in range(scenario.begin + 1, scenario.end):
            if running is not None:
                if step < running.made.until:
                    continue
                self._end(running)
                running = None
                self._say(float(rows[step]) / len(scenario.history))
            start = self._policy.start(
                Moment(
                    seconds=self._seconds(step),
                    rows=int(rows[step]),
                    firing=self._serving.firing(step) if self._policy.watches else (),
                    deployed=self._seconds(self._serving.since),
                    attempts=self._attempts,
                    labels=_Labels(self, step),
                    late=scenario.late,
                )
            )
            if start is not None:
                running = self._begun(start, step)
        if running is not None:  # started, though it outlasts the history
            self._attempts.append(running.attempt)
        return Replayed(self._losses(), tuple(self._attempts))

    def _seconds(self, step: int) -> float:
        return float(step * self.scenario.pace)

    def _begun(self, start: Start, step: int) -> _Running:
        """Start a pipeline: collect, train, ask the gate."""
        scenario, serving = self.scenario, self._serving
        places = self.labelled(step, start.since)
        earlier = np.setdiff1d(self.labelled(step, None), places)
        made = retrained(scenario, step, places, self._feedback, start.reason, earlier=earlier)
        if made.model is None:
            return _Running(made, made.attempt, None)
        decision = UNGATED
        if self._policy.gated:
            decision = scenario.pipeline.judged(made.model, serving.model)
        challenger = Serving(scenario, made.model, made.until, serving)
        won = gain(scenario, serving.losses, challenger.losses, made.attempt.row)
        return _Running(made, made.judged(decision, won), challenger)

    def labelled(self, step: int, since: float | None) -> Places:
        """Return the rows with a label by a step that the serving version has not learnt from."""
        return labelled(self.scenario, step, self._feedback.places, since)

    def _end(self, running: _Running) -> None:
        self._attempts.append(running.attempt)
        if running.attempt.verdict is Verdict.PROMOTE and running.challenger is not None:
            self._serving, self._feedback = running.challenger, running.made.feedback
            self._served.append((running.attempt.row, self._serving))

    def _losses(self) -> Floats:
        found = np.empty(len(self.scenario.history))
        for row, serving in self._served:
            found[row:] = serving.losses[row:]
        return found[self.scenario.start :]


@dataclass(frozen=True)
class _Labels:
    """The labels by a step of a replay."""

    replay: Replay
    step: int

    def since(self, seconds: float) -> int:
        """Return how many rows from this time on have a label that no version has learnt from."""
        return len(self.replay.labelled(self.step, seconds))

    def between(self, after: float, until: float) -> int:
        """Return how many labels arrived after a time, up to another."""
        scenario = self.replay.scenario
        ends = np.floor(np.array([after, until]) / scenario.pace)
        first, last = np.searchsorted(scenario.label_steps, ends, side="right")
        return int(last - first)


def gain(scenario: Scenario, before: Floats, after: Floats, row: int) -> float | None:
    """Return by how much a version is better over the horizon from a row on."""
    rows = slice(row, row + scenario.horizon)
    if row >= len(before):
        return None
    output = scenario.task.output
    better = output.loss_test.score(after[rows]) - output.loss_test.score(before[rows])
    return better if output.metrics[output.headline].higher_is_better else -better
