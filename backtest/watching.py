"""What the rules say of one version, from its deployment to the end of the history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backtest.rules.drift import Bools, Floats, History, Reference, Watched, watch
from backtest.rules.past import NOTHING
from backtest.rules.quality import RowsAsOne, first_look
from backtest.rules.quality_alerts import NOTHING as NO_LABELS
from backtest.rules.quality_alerts import (
    Learned,
    alerts,
    answer_effects,
    checked_columns,
    label_columns,
    labels_learned,
    prediction_columns,
)
from monitoring.thresholds import Thresholds
from perennial.bundle import Bundle
from perennial.kinds.output_kind import Truths
from perennial.signals import Binner, Signal

Steps = np.ndarray[tuple[int], np.dtype[np.int64]]
INPUTS, OUTPUTS = "DataDrift", "PredictionDrift"


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows that a version would serve if it served to the end.

    rows: what the model gets.  values, truths: its answers and the labels that arrive.
    arrived, labelled: when each came and when its label did, in steps since the deployment; a
    label that comes after the end has a step of `steps` or more.  steps: until the end.
    """

    rows: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
    values: Floats
    truths: Truths
    arrived: Steps
    labelled: Steps
    steps: int


class Watch:
    """What the rules say of one version.

    past: what was learned of each signal from the versions before.  pace: seconds of a step.
    labels_as_one: how many labels count as one, as the version before had learned.
    """

    def __init__(
        self,
        bundle: Bundle,
        rows: Rows,
        *,
        thresholds: Thresholds,
        pace: int,
        past: Mapping[str, History],
        labels_as_one: Learned = NO_LABELS,
    ) -> None:
        self._rows, self._thresholds, self._pace, self._past = rows, thresholds, pace, past
        self._labels_as_one = labels_as_one
        self._output, self._reference = bundle.manifest.output, bundle.reference
        values = rows.values.astype(np.float32)
        columns = {**bundle.extraction.extract(rows.rows), **self._output.extract(values)}
        self._counts = counts(self._reference.signals, columns, rows.arrived, rows.steps)

    def fired(self) -> Mapping[str, Bools]:
        """Return the steps at which each retrain alert's condition holds."""
        steps = self._rows.steps
        found = {INPUTS: np.zeros(steps, np.bool_), OUTPUTS: np.zeros(steps, np.bool_)}
        for name, watched in self._watched.items():
            side = OUTPUTS if name in self._output.signals else INPUTS
            found[side] |= watched.drifted
        return {**found, **self._quality()}

    def past(self, steps: int) -> Mapping[str, History]:
        """Return what is known of each signal when so many steps have passed."""
        return {name: watched.history_until(steps) for name, watched in self._watched.items()}

    def labels_as_one(self, steps: int) -> Learned:
        """Return how many labels count as one when so many steps have passed, by alert."""
        return labels_learned(
            self._reference,
            self._labels[:steps],
            self._thresholds,
            pace=self._pace,
            before=self._labels_as_one,
        )

    @cached_property
    def _labels(self) -> Floats:
        rows = self._rows
        columns = label_columns(self._reference, self._output, rows.values, rows.truths)
        return sums(columns, rows.labelled, rows.steps)

    @cached_property
    def _watched(self) -> Mapping[str, Watched]:
        return {
            signal.name: watch(
                bins,
                _reference(signal),
                self._thresholds,
                pace=self._pace,
                history=self._past.get(signal.name, NOTHING),
            )
            for signal, bins in zip(self._reference.signals, self._counts, strict=True)
        }

    def _quality(self) -> Mapping[str, Bools]:
        rows, output, reference = self._rows, self._output, self._reference
        before = np.zeros((first_look(self._thresholds, self._pace), 4))
        expected = prediction_columns(reference, output, rows.values)
        checks = checked_columns(reference, output, rows.values, rows.truths)
        found = alerts(
            reference,
            np.vstack([before[:, :2], sums(expected, rows.arrived, rows.steps)]),
            np.vstack([before, self._labels]),
            np.vstack([before, sums(checks, rows.labelled, rows.steps)]),
            self._thresholds,
            pace=self._pace,
            rows_as_one=self._rows_as_one(),
            known=self._labels_as_one,
        )
        return {name: looked[1:] for name, looked in found.items()}

    def _rows_as_one(self) -> RowsAsOne:
        """Return how many predictions count as one, from a look before the first on."""
        output = self._output.signals
        answers = [watched for name, watched in self._watched.items() if name in output]
        effects = answer_effects(answers, self._thresholds)
        return {name: np.concatenate([each[:1], each]) for name, each in effects.items()}


def counts(
    signals: Sequence[Signal],
    columns: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]],
    arrived: Steps,
    steps: int,
) -> list[Floats]:
    """Return how many rows each bin got at each step, shape (steps, bins), by signal."""
    found = []
    for signal in signals:
        places = Binner([signal]).places({signal.name: columns[signal.name]})
        bins = len(signal.bins)
        flat = np.bincount(arrived * bins + places, minlength=steps * bins)
        found.append(flat[: steps * bins].reshape(steps, bins).astype(np.float64))
    return found


def sums(columns: Floats, at: Steps, steps: int) -> Floats:
    """Return the sums of columns by step, shape (steps, columns)."""
    inside = at < steps
    parts = [
        np.bincount(at[inside], weights=column[inside], minlength=steps) for column in columns.T
    ]
    return np.column_stack(parts)


def _reference(signal: Signal) -> Reference:
    ordered = len(signal.edges) + 1 if signal.kind == "numeric" else 0
    rank = signal.rank_critical_value or 1.0
    return Reference(np.array(signal.shares), signal.size, signal.critical_value, rank, ordered)
