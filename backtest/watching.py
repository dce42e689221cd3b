"""What the rules say of one version, from its deployment to the end of the history."""

from collections.abc import Mapping, Sequence

import numpy as np

from backtest.rules.drift import Bools, Floats, Reference, watch
from backtest.rules.quality import first_look
from backtest.rules.quality_alerts import alerts, label_columns, prediction_columns
from monitoring.thresholds import Thresholds
from perennial.bundle import Bundle
from perennial.kinds.output_kind import Truths
from perennial.signals import Binner, Signal

Steps = np.ndarray[tuple[int], np.dtype[np.int64]]
INPUTS, OUTPUTS = "DataDrift", "PredictionDrift"
NUMBERED = 2  # bins of a numeric signal without an order: outside and missing


def fired(
    bundle: Bundle,
    rows: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    values: Floats,
    truths: Truths,
    *,
    arrived: Steps,
    labelled: Steps,
    steps: int,
    thresholds: Thresholds,
    pace: int,
) -> Mapping[str, Bools]:
    """Return the steps since a version's deployment at which each retrain alert's condition holds.

    rows, values, truths: of the rows that it would serve if it served to the end.
    arrived, labelled: when each came and when its label did, in steps since the deployment; a
    label that comes after the end has a step of `steps` or more.  pace: seconds of a step.
    """
    output, reference = bundle.manifest.output, bundle.reference
    columns = {**bundle.extraction.extract(rows), **output.extract(values.astype(np.float32))}
    counted = counts(reference.signals, columns, arrived, steps)
    found = {INPUTS: np.zeros(steps, np.bool_), OUTPUTS: np.zeros(steps, np.bool_)}
    for signal, bins in zip(reference.signals, counted, strict=True):
        side = OUTPUTS if signal.name in output.signals else INPUTS
        found[side] |= drifted(signal, bins, thresholds, pace)
    before = np.zeros((first_look(thresholds, pace), 4))
    predictions = sums(prediction_columns(reference, output, values), arrived, steps)
    labels = sums(label_columns(reference, output, values, truths), labelled, steps)
    quality = alerts(
        reference,
        np.vstack([before[:, :2], predictions]),
        np.vstack([before, labels]),
        thresholds,
        pace=pace,
    )
    return found | {name: looked[1:] for name, looked in quality.items()}


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


def drifted(signal: Signal, counted: Floats, thresholds: Thresholds, pace: int) -> Bools:
    """Return the steps at which a signal drifts in any window; nothing is known of before."""
    ordered = len(signal.edges) + 1 if signal.kind == "numeric" else 0
    reference = Reference(
        np.array(signal.shares),
        signal.size,
        signal.critical_value,
        signal.rank_critical_value or 1.0,
        ordered,
    )
    return watch(counted, reference, thresholds, pace=pace).drifted
