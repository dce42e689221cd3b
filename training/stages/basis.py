"""Chooses the rows that a reference is computed from: what live traffic should look like."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.design_effects import design_effects
from perennial.kinds.output_kind import OutputKind
from training.artifacts.splits import BASE, Prepared, Split
from training.params import Export


@dataclass(frozen=True)
class Basis:
    """The rows that a reference is computed from.

    fitted: rows that the signals are fitted to. None is among the inputs, because a fit looks
    better on its own rows than on new ones.
    inputs: rows for the input signals; they need not be held out.
    held_out: rows with the model's values, for the output signals; a model is too confident on
    the rows that it was trained on.
    quality: what is said of test rows, such as their accuracy.
    group: the name of these test rows in metrics.json.
    """

    fitted: Split
    inputs: Split
    held_out: Split
    values: NDArray[np.float64]
    quality: Mapping[str, Any]
    group: str = "base"


def basis(
    prepared: Prepared,
    output: OutputKind,
    validation: NDArray[np.float64],
    test: NDArray[np.float64],
    numbers: Export,
) -> Basis:
    """Choose the rows that live traffic should look like.

    After an incident these are the rows collected for it, if there are enough; else base rows.
    validation, test: the model's values for the rows of these splits.
    """
    everything = prepared.train + prepared.held_out
    source, inputs = BASE, prepared.held_out
    fresh = everything.source == (prepared.fresh or "")
    if fresh.sum() >= numbers.least_fresh_rows and (prepared.test.source == prepared.fresh).any():
        source, inputs = str(prepared.fresh), everything
    held_out, values = prepared.held_out, np.concatenate([validation, test])
    chosen = held_out.source == source
    tested = prepared.test.source == source
    return Basis(
        prepared.train.where(prepared.train.source == BASE),
        inputs.where(inputs.source == source),
        held_out.where(chosen),
        values[chosen],
        _quality(output, test[tested], prepared.test.where(tested)),
        "base" if source == BASE else "fresh",
    )


def _quality(output: OutputKind, values: NDArray[np.float64], rows: Split) -> Mapping[str, float]:
    """Return the fields of `Reference` that live labels are compared with."""
    found = output.reference(values, rows.labels)
    if rows.times is None:
        return found
    order = np.argsort(rows.times, kind="stable")
    return {**found, **design_effects(output, values[order], rows.labels[order])}
