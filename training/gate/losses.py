"""Computes what a model loses on each row, by the challenger's kind of output."""

import numpy as np

from perennial.bundle.predictor import Predictor
from perennial.kinds.output_kind import OutputKind
from perennial.statistics.counts import Floats
from training.artifacts.splits import Split
from training.errors import BundleUnusable
from training.gate.values import values


def losses(model: Predictor, rows: Split, output: OutputKind) -> Floats:
    """Return the loss of each row, shape (rows,).

    output: the schema that the rows' labels are of; the model's own may differ from it.
    Raises BundleUnusable if the model returns no number for a row.
    """
    found = output.translated(values(model, rows), model.bundle.manifest.output)
    broken = ~np.isfinite(found).all(axis=1)
    if broken.any():
        row = int(broken.argmax())
        said = np.array2string(found[row], threshold=5)
        problem = f"the model returns {said} for test row {row}, expected finite numbers"
        raise BundleUnusable(model.bundle.path, problem)
    return output.losses(found, rows.labels)
