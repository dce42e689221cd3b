"""The interface of a policy: when to start a pipeline, and on which labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from perennial.verdicts import Verdict


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A pipeline that was started. Times are seconds, rows are counted from the history's first.

    began, ended: its start, and the moment its version serves or would serve.
    row: the first row after its end.  reason: why it was started.
    collected: new rows that it took.  verdict: None where these were too few to train on.
    seconds, joules: of the training.
    gain: what a promoted version gained over the next rows, in the headline's unit and positive if
    it is better than the one before; of another, what it would have gained. None without rows.
    growth: times the rows that the gate takes to see the gain that it saw, None if it saw none.
    """

    began: float
    ended: float
    row: int
    reason: str
    collected: int
    verdict: Verdict | None = None
    why: str = ""
    seconds: float = 0.0
    joules: float = 0.0
    gain: float | None = None
    growth: float | None = None


class Labelled(Protocol):
    """The labels that have arrived by a moment."""

    def since(self, seconds: float) -> int:
        """Return how many rows from this time on have a label that no version has learnt from."""

    def between(self, after: float, until: float) -> int:
        """Return how many labels arrived after a time, up to another."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What is known at one look.

    seconds: since the history's first row.  rows: that have arrived.
    firing: retrain alerts that fire.  deployed: when the serving version began to serve.
    attempts: the pipelines so far; none runs now.  late: seconds from a row to its label.
    """

    seconds: float
    rows: int
    firing: tuple[str, ...]
    deployed: float
    attempts: Sequence[Attempt]
    labels: Labelled
    late: float = 0.0


@dataclass(frozen=True)
class Start:
    """A pipeline to start; since: the time of the earliest row to learn from, None for all."""

    reason: str
    since: float | None = None


class Policy(Protocol):
    """Decides at every look; made anew for each replay, so it may remember.

    watches: whether it looks at alerts.  gated: whether the gate decides on what is deployed.
    """

    watches: bool
    gated: bool

    def start(self, moment: Moment) -> Start | None:
        """Return what to start now, if anything. It is asked only while no pipeline runs."""
