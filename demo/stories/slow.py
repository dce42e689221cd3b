"""Rows change in steps: what gains nothing is kept, and the same incident acts again later."""

import time
from collections.abc import Sequence

from demo.errors import LoopBroken
from demo.pools import steady
from demo.retrain import Retrain
from demo.shift import Shift, Variant
from demo.stage import Stage
from demo.stories.calm import Part, calm
from demo.stories.shifted import Shifted
from demo.watch import Observation
from perennial.verdicts import Verdict

# Of the rows to drift with, the share that comes in each step but the last, which gets the rest.
SHARE = 0.2
# Seconds of each step between the first, which lasts until the gate has kept the model, and the
# last, which lasts until a model is promoted.
STEP = 20.0
# Pipelines of one day, the relay's budget.
MOST = 4


class Slow(Shifted):
    """A shift in steps, of which the first is too small to gain from."""

    # Seconds; about as long as a pipeline and all steps but the last take.
    cooldown = 90.0

    def __init__(self, steps: Sequence[Variant], *, lookback: float) -> None:
        causes = [step.cause for step in steps]
        super().__init__("slow", Shift.single(causes[-1], steps[-1].change), lookback=lookback)
        self.about = f"rows change in steps: {', then '.join(causes)}; the first costs nothing"
        self._steps = steps

    def tell(self, stage: Stage) -> None:
        """Wait until a model is kept, let the shift go on, and wait until one is promoted."""
        rows = calm(stage)
        drifting, (unseen, its_labels) = rows.parts()
        parts = in_steps(drifting, len(self._steps))
        stage.traffic.switch(steady(stage.demo, *_changed(self._steps[0], parts[0])))
        stage.event("drift_started", self._steps[0].cause)
        self._kept(stage)
        for number, (step, part) in enumerate(zip(self._steps, parts, strict=True), start=1):
            if number == 1:
                continue
            since = time.monotonic()
            stage.traffic.switch(steady(stage.demo, *_changed(step, part)))
            stage.event(f"step_{number}", step.cause)
            if number < len(self._steps):
                stage.pause(STEP, phase="the shift goes on", broken=_nothing)
        self._promoted(stage)
        self.follow(stage, rows, _changed(self._steps[-1], (unseen, its_labels)), since=since)

    def _kept(self, stage: Stage) -> None:
        """Follow the first retrain. Raises LoopBroken unless the gate keeps the model."""
        retrain = Retrain(stage)
        retrain.alert()
        retrain.pipeline()
        retrain.challenger()
        verdict = retrain.verdict()
        if verdict is not Verdict.KEEP:
            raise LoopBroken(f"gate: {verdict}, expected keep: the first step costs nothing")

    def _promoted(self, stage: Stage) -> None:
        """Follow later retrains until one is promoted. Raises LoopBroken where none is."""
        for number in range(2, MOST + 1):
            retrain = Retrain(stage, number)
            retrain.pipeline(seconds=self.cooldown + 60)
            self.pipelines = number
            retrain.challenger()
            if retrain.verdict() is Verdict.PROMOTE:
                retrain.deployed()
                retrain.event("redeployed", f"version {stage.versions[-1]} serves")
                return
        raise LoopBroken(f"gate: no model promoted in {MOST} pipelines, expected one")


def in_steps(part: Part, steps: int) -> list[Part]:
    """Return rows, in their order, for each step: of each but the last a small share.

    >>> import pyarrow
    >>> [labels for _, labels in in_steps((pyarrow.table({"x": range(5)}), list("abcde")), 3)]
    [['a'], ['b'], ['c', 'd', 'e']]
    """
    table, labels = part
    each = int(len(labels) * SHARE)
    starts = [step * each for step in range(steps)]
    ends = [*starts[1:], len(labels)]
    return [
        (table.slice(start, end - start), labels[start:end])
        for start, end in zip(starts, ends, strict=True)
    ]


def _changed(step: Variant, part: Part) -> Part:
    table, labels = part
    return step.change(table), labels


def _nothing(seen: Observation) -> None:
    return None
