"""Two tiny models and prepared rows whose labels one of them gets right, made in a moment."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perennial.bundle.predictor import Predictor
from tests.bundles import LABELS, images, make_bundle
from tests.splits import split
from training.artifacts.splits import file_of
from training.gate.models import open_model
from training.params import Gate

INCIDENT = "0123456789ab"
GATE = Gate(level=0.05, bootstrap=500, floor=0.5, seed=7, least_trusted=30)

# Rows of shape (rows, 8, 8) to label indices.
Truth = Callable[[NDArray[np.float32]], NDArray[np.int64]]


def model(
    folder: Path,
    seed: int,
    version: str = "1.0.0",
    *,
    labels: Sequence[str] = LABELS,
    fails_over: float | None = None,
) -> Predictor:
    """Return a random linear model; another seed is another model."""
    make_bundle(folder, version, seed=seed, labels=labels, fails_over=fails_over)
    return open_model(folder, "digits")


def says(of: Predictor) -> Truth:
    """Return the truth that a model is always right about."""
    return lambda rows: of.predict(rows).argmax(axis=1).astype(np.int64)


def scrambled(rows: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return labels that nothing can learn."""
    return np.random.default_rng(99).integers(0, len(LABELS), size=len(rows))


def prepare(
    folder: Path,
    *,
    base: Truth,
    fresh: Truth | None = None,
    rows: int = 200,
    labels: Sequence[str] = LABELS,
    judges: Sequence[tuple[str, bool]] = (("clinic", False),),
    taught: Sequence[str] = ("clinic",),
) -> Path:
    """Write a test split with `rows` base rows and, if asked, as many of an incident.

    judges: who gave the incident's labels in turn, and whether they are trusted.
    taught: who gave those that the challenger was trained on.
    """
    first = images(rows, seed=31).astype(np.float32)
    test = split(first, base(first))
    if fresh is not None:
        second = images(rows, seed=32).astype(np.float32)
        given = [judges[at % len(judges)] for at in range(rows)]
        test += replace(
            split(second, fresh(second), INCIDENT),
            label_source=np.array([name for name, _ in given]),
            trusted=np.array([trusted for _, trusted in given]),
        )
    folder.mkdir(parents=True, exist_ok=True)
    test.write(file_of(folder, "test"))
    counts = {
        "rows": len(test.labels),
        "sources": dict(Counter(test.source.tolist())),
        "labels": {label: int((test.labels == i).sum()) for i, label in enumerate(labels)},
        "fresh_label_sources": {} if fresh is None else dict.fromkeys(taught, rows),
    }
    summary = {
        "splits": dict.fromkeys(("train", "validation", "test"), counts),
        "fresh": None if fresh is None else INCIDENT,
    }
    (folder / "summary.json").write_text(json.dumps(summary))
    return folder
