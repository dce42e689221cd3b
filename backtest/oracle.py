"""The oracle: what retrains could have won at most, by looking ahead.

A model is trained every `STRIDE` rows on all labels so far, in batches of as many rows, and enters
service as a pipeline's does, without a gate. Two choose among these models: `foreseen`, which looks
a horizon ahead and has the relay's budget, and `hindsight`, which knows the whole history.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backtest.policies.calendar import EveryRows
from backtest.policy import Attempt
from backtest.replay import Replay, Replayed, Say
from backtest.scenario import Scenario
from perennial.statistics.counts import Floats

STRIDE = 500  # rows
DAY = 86_400


@dataclass(frozen=True)
class Candidates:
    """The first model and one per stride.

    losses: of each on all rows after the first ones, shape (models, rows).
    attempts: of all but the first; their rows are counted as those of `Attempt`.
    """

    losses: Floats
    attempts: tuple[Attempt, ...]
    start: int

    def entry(self, model: int) -> int:
        """Return the place among these rows of the first that a model can serve."""
        return self.attempts[model - 1].row - self.start if model else 0

    def replayed(self, chosen: Sequence[int]) -> Replayed:
        """Return what comes of deploying these models, in order."""
        losses = self.losses[0].copy()
        for model in chosen:
            losses[self.entry(model) :] = self.losses[model, self.entry(model) :]
        return Replayed(losses, tuple(self.attempts[model - 1] for model in chosen))


def candidates(scenario: Scenario, say: Say = lambda share: None) -> Candidates:
    """Train all models."""
    replay = Replay(scenario, EveryRows(STRIDE, scenario.start, gated=False), say)
    attempts = replay.run().attempts
    served = [serving.losses[scenario.start :] for _, serving in replay.served]
    trained = tuple(attempt for attempt in attempts if attempt.verdict is not None)
    return Candidates(np.stack(served), trained, scenario.start)


def foreseen(found: Candidates, scenario: Scenario) -> Replayed:
    """Deploy a model wherever it loses less than the serving one over the horizon that follows.

    No sooner than the relay's cooldown after the last, and no more often in 24 hours than its
    daily budget.
    """
    serving, chosen = 0, list[int]()
    for model, attempt in enumerate(found.attempts, start=1):
        at = found.entry(model)
        ahead = slice(at, at + scenario.horizon)
        here, other = found.losses[serving, ahead], found.losses[model, ahead]
        if not len(here) or other.mean() >= here.mean():
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
