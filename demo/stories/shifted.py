"""Rows change, and the loop learns what they are now."""

import time
from operator import itemgetter

import numpy as np
import pyarrow

from demo.errors import LoopBroken, NothingToShift
from demo.pools import LABEL_DELAY, steady
from demo.retrain import Retrain
from demo.shift import Shift, Variant, combined, learnable
from demo.stage import Stage
from demo.stories.calm import Part, Rows, calm, check_traffic
from demo.watch import Observation
from perennial import bundle
from perennial.bundle.predictor import Predictor
from perennial.verdicts import Verdict

# Rows that each variant of a shift is tried on.
TRIED = 2000
# What Prometheus must have recorded of the new version: the labels of so many seconds, and that so
# much of what the shift cost is won back. The whole run's figures may show less, by chance.
MEASURED = 10.0
REGAINED = 0.4
LEAST_REGAINED = 0.25


class Shifted:
    """A shift of the task's input, in the way that costs the model most.

    column: of the variant, if only its variants are wanted.
    """

    cooldown = 3600.0
    # Seconds after which labels of shifted rows come.
    label_delay = LABEL_DELAY
    # How many the relay must start.
    pipelines = 1

    def __init__(self, name: str, shift: Shift, *, lookback: float, column: str = "") -> None:
        self.about = shift.about
        self.lookback = lookback
        self._name = name
        self._shift = shift
        self._column = column

    def prepare(self, stage: Stage) -> None:
        """Leave the rows as they are."""

    def tell(self, stage: Stage) -> None:
        """Wait until the retrained model has made up for the shift."""
        rows = calm(stage)
        cause, now, unseen = self._changed(stage, rows)
        since = time.monotonic()
        stage.traffic.switch(steady(stage.demo, *now, delay=self.label_delay))
        stage.event("drift_started", cause)
        retrain = Retrain(stage)
        retrain.alert()
        self.wait_for_pipeline(stage, retrain)
        retrain.challenger()
        if retrain.verdict() is not Verdict.PROMOTE:
            raise LoopBroken(
                "gate: the retrained model was not promoted, expected a gain; where a shift costs "
                "little, try another: make demo SHIFT=help lists them"
            )
        retrain.deployed()
        retrain.event("redeployed", f"version {stage.versions[-1]} serves")
        self.follow(stage, rows, unseen, since=since)

    def follow(self, stage: Stage, rows: Rows, unseen: Part, *, since: float) -> None:
        """Send rows that nobody was trained on until the new version is known to be better.

        since: when rows had shifted, in monotonic seconds.
        """
        redeployed = time.monotonic()
        stage.traffic.switch(steady(stage.demo, *unseen))
        drifted = stage.traffic.score(since=since, until=redeployed, version=stage.versions[0])
        self._recover(stage, rows, drifted)
        after = stage.traffic.score(since=redeployed, version=stage.versions[-1])
        stage.note_scores(before=rows.score, drifted=drifted, after=after)

    def wait_for_pipeline(self, stage: Stage, retrain: Retrain) -> None:
        """Wait until the relay has started a pipeline."""
        retrain.pipeline()

    def _changed(self, stage: Stage, rows: Rows) -> tuple[str, Part, Part]:
        """Return why rows change, the rows as they come then, and others for after the retrain."""
        (table, labels), (unseen, its_labels) = rows.parts()
        variant = self._chosen(stage, table, labels)
        return variant.cause, (variant.change(table), labels), (variant.change(unseen), its_labels)

    def _chosen(self, stage: Stage, table: pyarrow.Table, labels: list[str]) -> Variant:
        """Return the variant that raises the model's loss most, of those that can be learned.

        Of a shift of several columns at once, those of so many columns that raise it most.
        """
        kind, output = stage.task.input, stage.task.output
        model = Predictor(bundle.load(stage.workspace.bundle))
        tried, truths = table.slice(0, TRIED), output.truths(labels[:TRIED])

        def loss(rows: pyarrow.Table) -> float:
            values = model.predict(kind.from_arrow(rows)).astype(np.float64)
            return float(output.losses(values, truths).mean())

        found: dict[str, tuple[float, Variant]] = {}
        for variant in self._shift.variants(table):
            changed = variant.change(tried)
            if self._column in ("", variant.name) and learnable(kind, tried, changed):
                cost = loss(changed), variant
                found[variant.name] = max(found.get(variant.name, cost), cost, key=itemgetter(0))
        if not found:
            name = f"{self._name}:{self._column}" if self._column else self._name
            raise NothingToShift(name)
        by_cost = sorted(found.values(), key=itemgetter(0), reverse=True)
        calm_loss, most = loss(tried), by_cost[: self._shift.columns]
        return combined([variant for cost, variant in most if cost > calm_loss] or [most[0][1]])

    def _recover(self, stage: Stage, rows: Rows, drifted: float | None) -> None:
        """Wait until Prometheus records that the new version is better, and no alert fires."""

        labels = MEASURED * stage.traffic.rate

        def recovered(seen: Observation) -> bool:
            known = not seen.firing and (seen.labels or 0) >= labels and seen.webhooks >= 2
            return known and _regained(rows.score, drifted, seen.score) >= REGAINED

        stage.wait(
            "recovery",
            recovered,
            seconds=150,
            phase=f"{stage.metric.title} of the new version is measured",
        )
        stage.event("recovered", f"{stage.metric.title} has recovered and no alert fires")

    def check(self, stage: Stage) -> None:
        """Raise LoopBroken unless the shift cost something and the retrain won it back."""
        check_traffic(stage, pipelines=self.pipelines)
        scores = stage.timeline.summary[stage.task.output.headline]
        before, drifted, after = scores["before"], scores["drifted"], scores["after"]
        better = before > drifted if stage.metric.higher_is_better else before < drifted
        if not better:
            raise LoopBroken(f"{stage.metric.title}: {scores}, expected the shift to make it worse")
        if _regained(before, drifted, after) < LEAST_REGAINED:
            raise LoopBroken(
                f"{stage.metric.title}: {scores}, expected a recovery after the retrain"
            )


def _regained(before: float, drifted: float | None, after: float | None) -> float:
    """Return the share of what a shift cost that is won back.

    >>> _regained(0.75, 0.25, 0.5), _regained(40, 60, 45)
    (0.5, 0.75)
    """
    if drifted is None or after is None or drifted == before:
        return 0.0
    return (after - drifted) / (before - drifted)
