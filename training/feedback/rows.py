"""Parses labelled predictions into training rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson
from numpy.typing import NDArray

from training.errors import CollectRefused
from training.feedback.labelled import LabelledPrediction


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One row for training; `input` is flat."""

    prediction_id: str
    observed_at: str
    input: NDArray[np.float32]
    label: str


def parse(row: LabelledPrediction, *, shape: tuple[int, ...], labels: Sequence[str]) -> TrainingRow:
    """Return the row for training.

    Raises CollectRefused if the input has another shape or is not finite, or the label is unknown.
    """
    where = f"prediction {row.prediction_id}"
    try:
        values = np.asarray(orjson.loads(row.input), dtype=np.float32)
    except (ValueError, TypeError) as error:
        raise CollectRefused(f"{where}: input is not an array of numbers: {error}") from error
    if values.shape != shape or not np.isfinite(values).all():
        problem = f"input has shape {values.shape}, expected {shape} of finite numbers"
        raise CollectRefused(f"{where}: {problem}")
    if row.label not in labels:
        raise CollectRefused(f"{where}: label is {row.label!r}, expected one of {list(labels)}")
    # Adding 0 turns -0.0 into 0.0: equal inputs have equal bytes from here on.
    return TrainingRow(
        row.prediction_id, row.observed_at, values.ravel() + np.float32(0), row.label
    )
