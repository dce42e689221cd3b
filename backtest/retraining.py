"""One pipeline of a replay: what it collects, and the model that it trains."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from backtest.collecting import Feedback, Places, collect
from backtest.pipeline import TrainedModel
from backtest.policy import Attempt
from backtest.scenario import Scenario
from training.gate.decision import GateDecision


@dataclass(frozen=True)
class Retrained:
    """A pipeline that has trained, if it could, and is not judged.

    until: the step at which it ends.  attempt: without a verdict.
    feedback: what main has if it is merged.  model: None where there were too few labels.
    """

    until: int
    attempt: Attempt
    feedback: Feedback
    model: TrainedModel | None

    def judged(self, decision: GateDecision, gain: float | None) -> Attempt:
        """Return the attempt with what the gate says."""
        why, growth = "; ".join(decision.reasons), decision.growth
        return replace(self.attempt, verdict=decision.verdict, why=why, gain=gain, growth=growth)


def retrained(
    scenario: Scenario,
    step: int,
    places: Places,
    before: Feedback,
    reason: str,
    *,
    earlier: Places | None = None,
) -> Retrained:
    """Return what a pipeline that starts at a step makes of rows and what main has collected.

    earlier: rows from before an incident, that nothing has learned from.
    """
    began = float(step * scenario.pace)
    feedback, many = collect(
        scenario.history,
        places,
        before,
        incident=hashlib.sha256(f"{began}".encode()).hexdigest()[:12],
        task=scenario.task,
        numbers=scenario.numbers,
        cache=scenario.cache,
        earlier=earlier,
    )
    until = step + max(1, round(scenario.duration / scenario.pace))
    attempt = Attempt(
        began=began,
        ended=float(until * scenario.pace),
        row=int(np.searchsorted(scenario.arrived, until, side="right")),
        reason=reason,
        collected=many,
    )
    if feedback is None:
        return Retrained(until, attempt, before, None)
    model = scenario.pipeline.trained(feedback.file)
    seconds, joules = model.cost
    return Retrained(until, replace(attempt, seconds=seconds, joules=joules), feedback, model)


def labelled(scenario: Scenario, step: int, known: Places, since: float | None) -> Places:
    """Return the rows after the first ones that have a label by a step and are not known.

    since: the time of the earliest, None for all.
    """
    history, first = scenario.history, scenario.start
    if since is not None:
        earliest = since + float(history.seconds[0])
        first = max(first, int(np.searchsorted(history.seconds, earliest, side="left")))
    found = np.flatnonzero(scenario.labelled[first:] <= step) + first
    later = known[known >= first]
    return np.setdiff1d(found, later) if len(later) else found
