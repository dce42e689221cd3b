"""What one policy did on one replay, as it stands in a file of results."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from backtest.policy import Attempt
from backtest.replay import Replayed
from backtest.scenario import Scenario
from perennial.verdicts import Verdict

# Of the line in the plot.
BLOCKS = 40


class Outcome(BaseModel):
    """One policy on one replay.

    score: of all rows after the first ones, in the headline's unit.
    blocks: the score of each of these equal parts of the rows, in order.
    rows: how many rows these are.  start: how many came before.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: str
    phase: int
    score: float
    blocks: tuple[float, ...]
    rows: int
    start: int
    attempts: tuple[Attempt, ...]

    @classmethod
    def of(cls, policy: str, phase: int, replayed: Replayed, scenario: Scenario) -> "Outcome":
        """Return the outcome of a replay."""
        losses, test = replayed.losses, scenario.task.output.loss_test
        edges = [len(losses) * block // BLOCKS for block in range(BLOCKS + 1)]
        blocks = [
            test.score(losses[low:high])
            for low, high in zip(edges, edges[1:], strict=False)
            if low < high
        ]
        return cls(
            policy=policy,
            phase=phase,
            score=test.score(losses),
            blocks=tuple(blocks),
            rows=len(losses),
            start=scenario.start,
            attempts=replayed.attempts,
        )

    @property
    def promoted(self) -> tuple[Attempt, ...]:
        """The pipelines whose version was deployed."""
        return tuple(one for one in self.attempts if one.verdict is Verdict.PROMOTE)

    @property
    def needless(self) -> int:
        """Pipelines that were refused, kept or blocked, or whose version gained nothing."""
        useful = [one for one in self.promoted if one.gain is not None and one.gain > 0]
        return len(self.attempts) - len(useful)

    @property
    def seconds(self) -> float:
        """Of all trainings."""
        return sum(one.seconds for one in self.attempts)

    @property
    def joules(self) -> float:
        """Of all trainings."""
        return sum(one.joules for one in self.attempts)

    def delays(self, oracle: "Outcome", horizon: int) -> list[int | None]:
        """Return how many rows after each of the oracle's retrains this policy's next came.

        It is None, a retrain that was missed, where none came within the horizon. One that came
        as long before counts as on time.
        """
        found = list[int | None]()
        for wanted in oracle.promoted:
            late = [one.row - wanted.row for one in self.promoted]
            near = [max(0, rows) for rows in late if abs(rows) <= horizon]
            found.append(min(near, default=None))
        return found


def summed(attempts: tuple[Attempt, ...]) -> dict[str, Any]:
    """Return how many pipelines had each verdict; `refused` had too few labels."""
    names = [one.verdict.value if one.verdict else "refused" for one in attempts]
    return {name: names.count(name) for name in dict.fromkeys(names)}
