"""Computes the probabilities that the service would answer."""

import numpy as np

from perennial.bundle.predictor import Predictor
from perennial.statistics.counts import Floats
from training.artifacts.splits import Split
from training.errors import BadParameter

BATCH = 1024


def probabilities(model: Predictor, rows: Split) -> Floats:
    """Return the probabilities that the service would answer, shape (rows, labels).

    Raises BadParameter if the rows do not have the model's input shape.
    """
    shape = model.bundle.manifest.input.shape
    if rows.inputs.shape[1:] != shape:
        expected = f"{rows.inputs.shape[1:]}, the shape of the prepared rows"
        raise BadParameter(f"{model.bundle.path}: input.shape", shape, expected)
    starts = range(0, len(rows.inputs), BATCH)
    parts = [model.predict(rows.inputs[start : start + BATCH]) for start in starts]
    empty = np.zeros((0, model.bundle.manifest.output.width))
    return np.concatenate([empty, *parts])
