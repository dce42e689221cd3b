"""The prepared splits, and the files that hold them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.artifacts.files import read_json, write_json
from training.errors import MissingArtifact

SPLITS = ("train", "validation", "test")
# The source of a task's own rows.
BASE = "base"


@dataclass(frozen=True)
class Split:
    """Rows with their labels and sources.

    inputs: shape (rows, *input shape).  labels: indices, shape (rows,).
    source: `base`, or the incident that a row was collected for, shape (rows,).
    """

    inputs: NDArray[np.float32]
    labels: NDArray[np.int64]
    source: NDArray[np.str_]

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "Split":
        """Return the rows chosen by a mask or by indices."""
        return Split(self.inputs[chosen], self.labels[chosen], self.source[chosen])

    def __add__(self, other: "Split") -> "Split":
        """Return the rows of both."""
        return Split(
            np.concatenate([self.inputs, other.inputs]),
            np.concatenate([self.labels, other.labels]),
            np.concatenate([self.source, other.source]),
        )

    @classmethod
    def read(cls, file: Path) -> "Split":
        """Read one split. Raises MissingArtifact."""
        if not file.exists():
            raise MissingArtifact(file)
        with np.load(file) as arrays:
            return cls(arrays["inputs"], arrays["labels"], arrays["source"])

    def write(self, file: Path) -> None:
        """Write one split."""
        arrays: dict[str, NDArray[Any]] = vars(self)
        np.savez_compressed(file, allow_pickle=False, **arrays)


@dataclass(frozen=True)
class Prepared:
    """All splits; `fresh` is the source of the rows collected last, None if there are none."""

    train: Split
    validation: Split
    test: Split
    fresh: str | None

    def split(self, name: str) -> Split:
        """Return a split by its name."""
        split: Split = getattr(self, name)
        return split

    @property
    def held_out(self) -> Split:
        """The rows that no weight was fitted on: validation, then test."""
        return self.validation + self.test

    @classmethod
    def read(cls, folder: Path) -> "Prepared":
        """Read the files that `write` writes. Raises MissingArtifact."""
        train, validation, test = (Split.read(folder / f"{name}.npz") for name in SPLITS)
        return cls(train, validation, test, read_json(folder / "summary.json")["fresh"])

    def write(self, folder: Path, labels: Sequence[str]) -> None:
        """Write one file per split, and summary.json: rows by split, source and label."""
        folder.mkdir(parents=True, exist_ok=True)
        splits = {}
        for name in SPLITS:
            split = self.split(name)
            split.write(folder / f"{name}.npz")
            splits[name] = {
                "rows": len(split.labels),
                "sources": dict(sorted(Counter(split.source.tolist()).items())),
                "labels": {label: int((split.labels == i).sum()) for i, label in enumerate(labels)},
            }
        write_json(folder / "summary.json", {"splits": splits, "fresh": self.fresh})
