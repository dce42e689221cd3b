"""The oracle: what retrains could have won at most, by looking ahead.

Every `STRIDE` rows two models are trained: on all labels so far, in batches of as many rows, and on
those of the last horizon alone, as after a sudden change. They enter service as a pipeline's do,
without a gate. Two choose among these models: `foreseen`, which looks a horizon ahead and has the
relay's budget, and `hindsight`, which knows the whole history.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from backtest.collecting import Feedback
from backtest.policy import Attempt
from backtest.replay import UNGATED, Replayed, Say, gain
from backtest.retraining import labelled, retrained
from backtest.scenario import Scenario
from backtest.serving import Serving
from perennial.statistics.counts import Floats

STRIDE = 1_000  # rows
DAY = 86_400


@dataclass(frozen=True)
class Candidates:
    """The first model and one per stride.

    losses: of each on all rows after the first ones, shape (models, rows).
    attempts: of all but the first; their rows are counted as those of `Attempt`.
    """

    losses: Floats
    attempts: tuple[Attempt, ...]
    scenario: Scenario

    def entry(self, model: int) -> int:
        """Return the place among these rows of the first that a model can serve."""
        return self.attempts[model - 1].row - self.scenario.start if model else 0

    def replayed(self, chosen: Sequence[int]) -> Replayed:
        """Return what comes of deploying these models, in order."""
        losses, attempts = self.losses[0].copy(), list[Attempt]()
        for model in chosen:
            at = self.entry(model)
            won = gain(self.scenario, losses, self.losses[model], at)
            attempts.append(replace(self.attempts[model - 1], gain=won))
            losses[at:] = self.losses[model, at:]
        return Replayed(losses, tuple(attempts))


def candidates(scenario: Scenario, say: Say = lambda share: None) -> Candidates:
    """Train all models."""
    first = Serving(scenario, scenario.pipeline.trained(), scenario.begin)
    losses, attempts = [first.losses[scenario.start :]], list[Attempt]()
    known, many = Feedback.nothing(), len(scenario.history)
    for row in range(scenario.start + STRIDE, many, STRIDE):
        step = int(scenario.arrived[row - 1])
        all_of_them = labelled(scenario, step, known.places, None)
        every = retrained(scenario, step, all_of_them, known, f"every {STRIDE:,} rows")
        known = every.feedback
        latest = labelled(scenario, step, Feedback.nothing().places, None)[-scenario.horizon :]
        late = retrained(scenario, step, latest, Feedback.nothing(), "the latest rows")
        for made in (every, late):
            if made.model is not None:
                served = Serving(scenario, made.model, made.until)
                losses.append(served.losses[scenario.start :])
                attempts.append(made.judged(UNGATED, None))
        say(row / many)
    return Candidates(np.stack(losses), tuple(attempts), scenario)


def foreseen(found: Candidates) -> Replayed:
    """Deploy a model wherever it loses less than the serving one over the horizon that follows.

    By more than one standard error of the difference, or the budget would go on gains of nothing.
    No sooner than the relay's cooldown after the last, and no more often in 24 hours than its
    daily budget.
    """
    serving, chosen, scenario = 0, list[int](), found.scenario
    for model, attempt in enumerate(found.attempts, start=1):
        at = found.entry(model)
        ahead = slice(at, at + scenario.horizon)
        less = found.losses[serving, ahead] - found.losses[model, ahead]
        if len(less) < 2 or less.mean() <= less.std(ddof=1) / np.sqrt(len(less)):
            continue
        began = [found.attempts[one - 1].began for one in chosen]
        today = sum(attempt.began - time < DAY for time in began)
        if began and attempt.began - began[-1] < scenario.relay.cooldown.total_seconds():
            continue
        if today < scenario.relay.daily_budget:
            serving = model
            chosen.append(model)
    return found.replayed(chosen)


def hindsight(found: Candidates, most: int) -> list[Replayed]:
    """Return the best choice of 0, 1, … `most` models: no other loses less in all.

    Found by dynamic programming over the models in order.
    """
    totals = np.cumsum(np.pad(found.losses, ((0, 0), (1, 0))), axis=1)
    many = len(found.losses)
    entries = [found.entry(model) for model in range(many)]
    rows = found.losses.shape[1]
    # best[k][m]: the least loss before m enters, where m is the k-th model that is deployed.
    best = np.full((most + 1, many), np.inf)
    last = np.zeros((most + 1, many), np.int64)
    best[0, 0] = 0.0
    for count in range(1, most + 1):
        for model in range(1, many):
            served = [
                best[count - 1, one] + totals[one, entries[model]] - totals[one, entries[one]]
                for one in range(model)
            ]
            last[count, model] = int(np.argmin(served))
            best[count, model] = min(served)
    rest = np.array([totals[one, rows] - totals[one, entries[one]] for one in range(many)])
    found_best = []
    for count in range(most + 1):
        model = int(np.argmin(best[count] + rest))
        chosen = list[int]()
        for left in range(count, 0, -1):
            chosen.append(model)
            model = int(last[left, model])
        found_best.append(found.replayed(chosen[::-1]))
    return found_best
