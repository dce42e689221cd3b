"""Champion and challenger on the same rows: their accuracies and how they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perennial import bundle
from perennial.bundle.predictor import Predictor
from perennial.errors import BundleRejected
from perennial.statistics.intervals import wilson
from perennial.statistics.paired import mcnemar, paired_interval
from training.artifacts.splits import Split
from training.errors import BadParameter, BundleUnusable, MissingArtifact
from training.params import Gate

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BATCH = 1024
# The splits that decide a model's weights, its stopping and its temperature.
LEARNT = ("train", "validation")


@dataclass(frozen=True)
class Accuracy:
    """A share of right rows with its Wilson interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """Challenger's accuracy minus champion's: bootstrap interval, exact two-sided McNemar p."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Comparison:
    """Both models on the same rows; without a champion, the challenger alone.

    majority: share of the most frequent label, what a model reaches that learnt nothing else.
    """

    rows: int
    majority: float
    challenger: Accuracy
    champion: Accuracy | None = None
    difference: Difference | None = None


def open_model(folder: Path, task: str) -> Predictor:
    """Load a bundle as the service would.

    Raises MissingArtifact, BundleUnusable where it is broken or of another task.
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


def probabilities(model: Predictor, rows: Split) -> Floats:
    """Return what the service would answer for these rows, shape (rows, labels).

    Raises BadParameter where the rows do not have the model's input shape.
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
    """Return whether each row is predicted right, shape (rows,).

    labels: what the rows' label indices mean; the model may know others, or in another order.
    """
    known = np.array(model.bundle.manifest.labels, dtype=np.str_)
    predicted = known[probabilities(model, rows).argmax(axis=1)]
    right: Bools = predicted == np.array(labels, dtype=np.str_)[rows.labels]
    return right


def unseen(rows: Split, prepared: Path | None) -> Bools:
    """Return whether each row is none of those that a champion learnt from, shape (rows,).

    prepared: the champion's prepared splits; without any file, every row counts as unseen.
    Rows are the same where their inputs are, whatever their labels or source.
    """
    files = [] if prepared is None else [prepared / f"{name}.npz" for name in LEARNT]
    known = {key for file in files if file.is_file() for key in _keys(Split.read(file))}
    return np.array([key not in known for key in _keys(rows)], dtype=np.bool_)


def _keys(rows: Split) -> list[bytes]:
    return [blake2b(row.tobytes(), digest_size=16).digest() for row in rows.inputs]


def compare(
    challenger: Predictor, champion: Predictor | None, rows: Split, *, gate: Gate
) -> Comparison | None:
    """Return both models' accuracies on the rows and how they differ; None without rows.

    gate: the level of the intervals and tests, the bootstrap's samples and seed.
    """
    if not len(rows.labels):
        return None
    labels = challenger.bundle.manifest.labels
    new = right_rows(challenger, rows, labels)
    majority = float(np.bincount(rows.labels).max() / len(rows.labels))
    if champion is None:
        return Comparison(len(new), majority, _accuracy(new, gate))
    old = right_rows(champion, rows, labels)
    return Comparison(
        len(new), majority, _accuracy(new, gate), _accuracy(old, gate), difference(old, new, gate)
    )


def _accuracy(right: Bools, gate: Gate) -> Accuracy:
    return Accuracy(
        float(right.mean()), *wilson(int(right.sum()), len(right), level=1 - gate.level)
    )


def difference(old: Bools, new: Bools, gate: Gate) -> Difference:
    """Return how the challenger, `new`, differs from the champion, `old`, on the same rows."""
    low, high = paired_interval(
        old, new, samples=gate.bootstrap, level=1 - gate.level, seed=gate.seed
    )
    return Difference(float(new.mean() - old.mean()), low, high, mcnemar(old, new))
