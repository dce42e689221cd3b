"""Loads the two models that the gate compares and computes what the service would answer."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from perennial import bundle
from perennial.bundle.predictor import Predictor
from perennial.errors import BundleRejected
from perennial.statistics.counts import Bools, Floats
from training.artifacts.splits import Split
from training.errors import BadParameter, BundleUnusable, MissingArtifact

BATCH = 1024


def open_model(folder: Path, task: str) -> Predictor:
    """Load a bundle as the service would.

    Raises MissingArtifact, or BundleUnusable if it is broken or belongs to another task.
    """
    if not folder.is_dir():
        raise MissingArtifact(folder)
    try:
        model = Predictor(bundle.load(folder))
    except BundleRejected as error:
        raise BundleUnusable(folder, str(error)) from error
    found = model.bundle.manifest.task
    if found != task:
        raise BundleUnusable(folder, f"task is {found!r}, expected {task!r}")
    return model


def open_models(
    task: str, challenger: Path, champion: Path | None
) -> tuple[Predictor, Predictor | None]:
    """Load both models; without a champion's folder there is no champion yet.

    Raises MissingArtifact, BundleUnusable.
    """
    new = open_model(challenger, task)
    if champion is None or not champion.exists():
        return new, None
    return new, open_model(champion, task)


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
    empty = np.zeros((0, len(model.bundle.manifest.labels)))
    return np.concatenate([empty, *parts])


def right_rows(model: Predictor, rows: Split, labels: Sequence[str]) -> Bools:
    """Return whether each row is predicted correctly, shape (rows,).

    labels: names of the rows' label indices; the model's own labels may differ from them.
    """
    known = np.array(model.bundle.manifest.labels, dtype=np.str_)
    predicted = known[probabilities(model, rows).argmax(axis=1)]
    right: Bools = predicted == np.array(labels, dtype=np.str_)[rows.labels]
    return right
