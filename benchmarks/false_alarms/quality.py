"""Looks at which what is watched of answers would alert: accuracy, or loss and intervals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from backtest.rules.drift import Bools, Floats
from backtest.rules.quality import RowsAsOne, first_look
from backtest.rules.quality_alerts import (
    NOTHING,
    Learned,
    alerts,
    checked_columns,
    label_columns,
    labels_learned,
    prediction_columns,
)
from benchmarks.drift.frame import Frame, Ints
from benchmarks.false_alarms.traffic import Traffic
from monitoring.thresholds import Thresholds
from perennial.signals import Reference, Signal

# Share of the predictions that get a label, without delay.
LABELLED = 0.2
# A reference has a signal at least; the drift rule has its own.
NONE = Signal(
    name="none",
    kind="categorical",
    bins=("a", "other", "missing"),
    shares=(0.5, 0.25, 0.25),
    size=1,
    critical_value=1,
)


def labels(traffic: Traffic) -> Traffic:
    """Return the labels of traffic, which come as its rows do: in its rhythm, several of one."""
    run = 1 + (traffic.run - 1) * LABELLED
    return replace(traffic, rate=LABELLED * traffic.rate, run=run)


@dataclass(frozen=True)
class Quality:
    """Labels of a population while a version serves, and the reference that it is accepted with.

    traffic: of the labels.  chosen: the rows of the reference, without an order.
    """

    frame: Frame
    traffic: Traffic
    chosen: Ints
    thresholds: Thresholds

    @cached_property
    def columns(self) -> Floats:
        """What to add up over the requests of a minute, shape (rows, columns)."""
        frame = self.frame
        return prediction_columns(self._reference, frame.output, frame.values)

    def alerts(
        self,
        sums: Floats,
        rows_as_one: RowsAsOne,
        random: np.random.Generator,
        known: Learned = NOTHING,
    ) -> tuple[Mapping[str, Bools], Learned]:
        """Return the looks, from the first, at which each alert on the quality of answers fires.

        And how many labels count as one after them; known: before them.
        Labels are drawn beside the predictions, since sums of losses cannot be thinned out.
        sums: of the columns, by minute.  rows_as_one: how many predictions count as one.
        """
        frame = self.frame
        of = self._reference, frame.output, frame.values, frame.labels
        columns = np.hstack([label_columns(*of), checked_columns(*of)])
        labels, checks = np.hsplit(self.traffic.sums(columns, random), 2)
        before = first_look(self.thresholds) - 1  # minutes without any: windows fill up
        padded = (np.pad(each, ((before, 0), (0, 0))) for each in (sums, labels, checks))
        predictions, taught, checked = padded
        found = alerts(
            self._reference,
            predictions,
            taught,
            checked,
            self.thresholds,
            rows_as_one=rows_as_one,
            known=known,
        )
        return found, labels_learned(self._reference, labels, self.thresholds, before=known)

    @cached_property
    def _reference(self) -> Reference:
        frame = self.frame
        quality = frame.output.reference(frame.values[self.chosen], frame.labels[self.chosen])
        return Reference.model_validate({"signals": (NONE,), **quality})
