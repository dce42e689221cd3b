"""The beginning of every story but time's: traffic that is like what the model learned from."""

import time
from dataclasses import dataclass

import pyarrow

from demo.errors import LoopBroken
from demo.pools import shuffled_test_rows, steady
from demo.stage import Stage
from demo.watch import Observation

CALM = 30.0  # seconds
# Of the test rows, those that may be sent once the traffic has shifted, which are collected and
# trained on; the others are for the accuracy after the retrain.
DRIFTED = 0.7


# Rows with their labels.
Part = tuple[pyarrow.Table, list[str]]


@dataclass(frozen=True)
class Rows:
    """Test rows with their labels; score: the model's on them, before anything happens.

    ended: when the calm traffic ended, in monotonic seconds.
    """

    table: pyarrow.Table
    labels: list[str]
    score: float
    ended: float

    def parts(self) -> tuple[Part, Part]:
        """Return the rows to drift with, and those that are not sent until the retrain is over."""
        cut = int(len(self.labels) * DRIFTED)
        return (
            (self.table.slice(0, cut), self.labels[:cut]),
            (self.table.slice(cut), self.labels[cut:]),
        )


def calm(stage: Stage) -> Rows:
    """Send a task's test rows for a while. Raises LoopBroken if anything happens."""
    artifacts = stage.workspace.checkout / "artifacts" / stage.workspace.task
    table, labels = shuffled_test_rows(artifacts / "prepared", stage.task)
    since = time.monotonic()
    stage.traffic.start(steady(stage.demo, table, labels))
    stage.note("sending rows that the model was not trained on; labels follow 3 s later")
    stage.pause(CALM, phase="serving", broken=nothing_must_happen)
    score = stage.traffic.score(since=since)
    if score is None:
        raise LoopBroken("traffic: no answers, expected some")
    return Rows(table, labels, score, time.monotonic())


def nothing_must_happen(seen: Observation) -> str | None:
    """Return what happened although nothing should happen."""
    if seen.firing:
        return f"alerts fire without drift: {', '.join(seen.firing)}"
    if seen.triggered():
        return "a retraining pipeline started without drift"
    return None


def check_traffic(stage: Stage, *, pipelines: int) -> None:
    """Raise LoopBroken unless every request succeeded and so many retrains were started."""
    summary = stage.timeline.summary
    if summary["requests"]["failed"]:
        raise LoopBroken(
            f"requests: {summary['requests']['failed']} failed: {stage.traffic.failures[0]}"
        )
    if summary["pipelines_triggered"] != pipelines:
        raise LoopBroken(
            f"pipelines_triggered: {summary['pipelines_triggered']}, expected {pipelines}"
        )
