"""Looks at which what is watched of answers would alert: accuracy, or loss and intervals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.drift.frame import Frame, Ints
from benchmarks.false_alarms.traffic import Traffic
from backtest.rules.drift import Bools, Floats, minutes
from monitoring.thresholds import Thresholds
from perennial.statistics.loss_curve import LossCurve
from perennial.statistics.regression import HIGH, LOW, covered

# Share of the predictions that get a label, without delay.
LABELLED = 0.2


@dataclass(frozen=True)
class Watched:
    """Traffic of a population, and the reference that it is compared with.

    chosen: the rows of the reference.
    """

    frame: Frame
    traffic: Traffic
    chosen: Ints
    thresholds: Thresholds

    @cached_property
    def columns(self) -> Floats:
        """What to add up over the requests of a minute, shape (rows, columns)."""
        frame = self.frame
        if frame.output.labels:
            return np.column_stack([self._right, 1 - self._right, frame.values.max(axis=1)])
        curve = self._reference["expected_loss"]
        expected = LossCurve(np.array(curve["at"]), np.array(curve["loss"]), curve["power"])
        widths = frame.values[:, HIGH] - frame.values[:, LOW]
        return np.column_stack([expected(widths), np.ones(len(frame))])

    def alerts(self, sums: Floats, random: np.random.Generator) -> Mapping[str, Bools]:
        """Return the looks at which each alert on the quality of answers would fire.

        sums: of the columns, by minute.
        """
        some = self.frame.output.labels
        return self._classes(sums, random) if some else self._numbers(sums, random)

    @property
    def _right(self) -> Floats:
        right: Bools = self.frame.values.argmax(axis=1) == self.frame.labels
        return right.astype(np.float64)

    @cached_property
    def _reference(self) -> dict[str, Any]:
        frame = self.frame
        return frame.output.reference(frame.values[self.chosen], frame.labels[self.chosen])

    def _classes(self, sums: Floats, random: np.random.Generator) -> Mapping[str, Bools]:
        labels = random.binomial(sums[:, :2].astype(np.int64), LABELLED)
        accepted = float(self._right[self.chosen].mean()), len(self.chosen)
        rows = sums[:, :2].sum(axis=1)
        return {
            "AccuracyDrop": self._drop(labels[:, 0], labels.sum(axis=1), accepted),
            "EstimatedAccuracyDrop": self._drop(sums[:, 2], rows, accepted),
        }

    def _numbers(self, sums: Floats, random: np.random.Generator) -> Mapping[str, Bools]:
        """Labels are drawn beside the predictions, since sums of losses cannot be thinned out."""
        frame, reference = self.frame, self._reference
        losses = frame.output.losses(frame.values, frame.labels)
        inside = covered(frame.values, frame.labels).astype(float)
        ones = np.ones(len(losses))
        few = Traffic(LABELLED * self.traffic.rate, self.traffic.minutes, self.traffic.swing)
        labels = few.sums(np.column_stack([losses, losses**2, inside, ones]), random)
        known = (reference["loss"], reference["loss_deviation"], reference["loss_size"])
        held = (reference["coverage"], reference["loss_size"])
        return {
            "LossRise": self._rise(labels[:, 0], labels[:, 1], labels[:, 3], known),
            "EstimatedLossRise": self._rise(sums[:, 0], None, sums[:, 1], known),
            "IntervalCoverageDrop": self._drop(labels[:, 2], labels[:, 3], held),
        }

    def _drop(
        self,
        right: NDArray[np.generic],
        rows: NDArray[np.generic],
        accepted: tuple[float, int],
    ) -> Bools:
        """Return the looks at which a share is far enough below its control limit to alert.

        right, rows: by minute.  accepted: the reference's share, and the rows it is of.
        """
        reference, size = accepted
        fired = self._never(len(rows))
        for window, (good, seen) in self._windows(right, rows):
            error = np.sqrt(reference * (1 - reference) * (1 / _one(seen) + 1 / size))
            drop = reference - good / _one(seen)
            enough = seen >= self.thresholds.least_rows
            enough &= drop > self.thresholds.least_drop(window)
            fired |= enough & (drop > self.thresholds.accuracy_z * error)
        return fired

    def _rise(
        self,
        total: Floats,
        squares: Floats | None,
        rows: Floats,
        accepted: tuple[float, float, int],
    ) -> Bools:
        """Return the looks at which a mean loss is far enough above its control limit to alert.

        squares: of the losses; None where the reference's deviation alone counts.
        accepted: the reference's mean, its deviation and its rows.
        """
        mean, deviation, size = accepted
        fired = self._never(len(rows))
        seconds = total if squares is None else squares
        for window, (lost, square, seen) in self._windows(total, seconds, rows):
            found = lost / _one(seen)
            spread = np.full(len(found), deviation)
            if squares is not None:
                live = np.sqrt(np.maximum(square / _one(seen) - found**2, 0))
                spread = np.maximum(live, deviation)
            limit = mean + self.thresholds.accuracy_z * spread * np.sqrt(1 / _one(seen) + 1 / size)
            enough = seen >= self.thresholds.least_rows
            enough &= found > (1 + self.thresholds.least_rise(window)) * mean
            fired |= enough & (found > limit)
        return fired

    def _never(self, many: int) -> Bools:
        return np.zeros(many - minutes(self.thresholds.long_window) + 1, np.bool_)

    def _windows(self, *columns: NDArray[np.generic]) -> Iterator[tuple[str, list[Floats]]]:
        """Yield each window with the columns' sums over it, at every look."""
        first = minutes(self.thresholds.long_window)
        totals = [np.concatenate([[0.0], np.cumsum(each, dtype=float)]) for each in columns]
        for window in self.thresholds.windows:
            span = minutes(window)
            yield window, [total[first:] - total[first - span : -span] for total in totals]


def _one(rows: Floats) -> Floats:
    return np.maximum(rows, 1)
