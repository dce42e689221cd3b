"""The rows that a reference is counted on: what live traffic should look like."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.artifacts.splits import BASE, Prepared, Split
from training.params import Export


@dataclass(frozen=True)
class Basis:
    """The rows a reference is counted on.

    fitted: rows that the signals are fitted to, none of which is among the inputs: on its own rows
    a fit looks better than on any to come.
    inputs: rows for the input signals; held-out or not makes no difference to those.
    held_out: rows with their probabilities, for the output signals: on rows it was fitted on, a
    model is surer than it will be.
    accuracy: of correct predictions on test rows; accuracy_size: how many rows.  confidence: the
    mean probability of the predicted label on these rows.
    """

    fitted: Split
    inputs: Split
    held_out: Split
    probabilities: NDArray[np.float64]
    accuracy: float
    accuracy_size: int
    confidence: float


def basis(
    prepared: Prepared, validation: NDArray[np.float64], test: NDArray[np.float64], numbers: Export
) -> Basis:
    """Choose the rows that live traffic should look like.

    After an incident that is what was collected for it, where it is enough; else the base rows.
    validation, test: probabilities of these splits' rows.
    """
    everything = prepared.train + prepared.held_out
    source, inputs = BASE, prepared.held_out
    fresh = everything.source == (prepared.fresh or "")
    if fresh.sum() >= numbers.least_fresh_rows and (prepared.test.source == prepared.fresh).any():
        source, inputs = str(prepared.fresh), everything
    held_out, probabilities = prepared.held_out, np.concatenate([validation, test])
    chosen = held_out.source == source
    tested = prepared.test.source == source
    correct = test[tested].argmax(axis=1) == prepared.test.labels[tested]
    return Basis(
        prepared.train.where(prepared.train.source == BASE),
        inputs.where(inputs.source == source),
        held_out.where(chosen),
        probabilities[chosen],
        float(correct.mean()),
        len(correct),
        float(test[tested].max(axis=1).mean()),
    )
