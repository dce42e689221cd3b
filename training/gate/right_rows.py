"""Finds the rows that a model predicts correctly."""

from collections.abc import Sequence

import numpy as np

from perennial.bundle.predictor import Predictor
from perennial.statistics.counts import Bools
from training.artifacts.splits import Split
from training.gate.probabilities import probabilities


def right_rows(model: Predictor, rows: Split, labels: Sequence[str]) -> Bools:
    """Return whether each row is predicted correctly, shape (rows,).

    labels: names of the rows' label indices; the model's own labels may differ from them.
    """
    known = np.array(model.bundle.manifest.output.labels, dtype=np.str_)
    predicted = known[probabilities(model, rows).argmax(axis=1)]
    right: Bools = predicted == np.array(labels, dtype=np.str_)[rows.labels]
    return right
