"""Computes the values that the service would make its answers of."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.bundle.predictor import Predictor
from perennial.errors import Described, InvalidField
from perennial.statistics.counts import Floats
from training.artifacts.splits import Split
from training.errors import BadParameter

BATCH = 1024


@contextmanager
def fitting(model: Predictor) -> Iterator[None]:
    """Raise BadParameter where rows lack a column of the model's input, or have another shape."""
    try:
        yield
    except InvalidField as error:
        field = f"{model.bundle.path}: the prepared rows' {error.field}"
        raise BadParameter(field, Described(error.value), error.expected) from error


def arrays(model: Predictor, rows: Split) -> NDArray[Any]:
    """Return what the service would give the model for rows, which may have other columns too.

    Raises BadParameter if the rows do not fit the model's input.
    """
    with fitting(model):
        return model.bundle.manifest.input.from_arrow(rows.table)


def values(model: Predictor, rows: Split) -> Floats:
    """Return the model's values as the service gets them, shape (rows, output width).

    Raises BadParameter if the rows do not fit the model's input.
    """
    inputs = arrays(model, rows)
    starts = range(0, len(inputs), BATCH)
    parts = [model.predict(inputs[start : start + BATCH]) for start in starts]
    empty = np.zeros((0, model.bundle.manifest.output.width))
    return np.concatenate([empty, *parts])
