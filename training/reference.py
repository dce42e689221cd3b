"""What the model was accepted on: the shares and accuracy that live traffic is held against."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.signals import (
    CONFIDENCE,
    MISSING,
    OTHER,
    PREDICTION,
    Binner,
    Reference,
    Signal,
    extract,
    numeric_bins,
    numeric_edges,
    reference_shares,
)
from training.artifacts import Prepared, Split
from training.params import Export

# A sure model's quantiles all lie within 1e-6 of 1, where they would measure rounding errors.
CONFIDENCE_EDGES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999)
Column = NDArray[np.generic]


@dataclass(frozen=True)
class Basis:
    """The rows a reference is counted on.

    inputs: rows for the input signals; held-out or not makes no difference to those.
    held_out: rows with their probabilities, for the output signals: on rows it was fitted on, a
    model is surer than it will be.
    accuracy: of correct predictions on test rows; accuracy_size: how many rows.
    """

    inputs: Split
    held_out: Split
    probabilities: NDArray[np.float64]
    accuracy: float
    accuracy_size: int


def basis(
    prepared: Prepared, validation: NDArray[np.float64], test: NDArray[np.float64], numbers: Export
) -> Basis:
    """Choose the rows that live traffic should look like.

    After an incident that is what was collected for it, where it is enough; else the base rows.
    validation, test: probabilities of these splits' rows.
    """
    everything = prepared.train + prepared.held_out
    source, inputs = "base", prepared.held_out
    fresh = everything.source == (prepared.fresh or "")
    if fresh.sum() >= numbers.least_fresh_rows and (prepared.test.source == prepared.fresh).any():
        source, inputs = str(prepared.fresh), everything
    held_out, probabilities = prepared.held_out, np.concatenate([validation, test])
    chosen = held_out.source == source
    tested = prepared.test.source == source
    correct = test[tested].argmax(axis=1) == prepared.test.labels[tested]
    return Basis(
        inputs.where(inputs.source == source),
        held_out.where(chosen),
        probabilities[chosen],
        float(correct.mean()),
        len(correct),
    )


def build(kind: str, labels: tuple[str, ...], rows: Basis, numbers: Export) -> Reference:
    """Return the reference of every input signal, of the prediction and of the confidence."""
    columns: dict[str, Column] = {**extract(kind, rows.inputs.inputs)}
    columns[CONFIDENCE] = rows.probabilities.max(axis=1)
    columns[PREDICTION] = rows.probabilities.argmax(axis=1)
    level = numbers.family_level / len(columns)
    signals = [_signal(PREDICTION, (*labels, OTHER, MISSING), (), columns, level)]
    for name, column in columns.items():
        if name != PREDICTION:
            most = max(2, min(numbers.bins, len(column) // numbers.rows_per_bin))
            values = column.astype(np.float64)
            edges = CONFIDENCE_EDGES if name == CONFIDENCE else numeric_edges(values, bins=most)
            signals.append(_signal(name, numeric_bins(edges), edges, columns, level))
    return Reference(
        signals=tuple(signals), accuracy=rows.accuracy, accuracy_size=rows.accuracy_size
    )


def _signal(
    name: str,
    bins: tuple[str, ...],
    edges: tuple[float, ...],
    columns: Mapping[str, Column],
    level: float,
) -> Signal:
    from scipy.stats import chi2

    blank = Signal(
        name=name,
        kind="numeric" if edges else "categorical",
        bins=bins,
        edges=edges,
        shares=tuple(1 / len(bins) for _ in bins),
        size=len(columns[name]),
        critical_value=float(chi2.ppf(1 - level, len(bins) - 1)),
    )
    shares = reference_shares(Binner([blank]).count(columns))
    return blank.model_copy(update={"shares": shares})
