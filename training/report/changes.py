"""Compares the rows with main's by content: which are new, how many are gone or relabelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from perennial.digest import digests
from training.artifacts.splits import SPLITS, Split


@dataclass(frozen=True)
class Changes:
    """How the rows differ from main's. gone, relabelled: how many."""

    new: Split
    gone: int
    relabelled: int

    @property
    def nothing(self) -> bool:
        """Whether main has the same rows with the same labels."""
        return not (len(self.new.labels) or self.gone or self.relabelled)


def changes(here: Path, main: Path, labels: Sequence[str], before: Sequence[str]) -> Changes | None:
    """Return the changes; None if main's rows are not recorded: its folder is absent.

    here, main: folders with the prepared splits.  labels, before: names of their label indices.
    Raises MissingArtifact if either folder lacks a split.
    """
    rows = _all(here)
    if not main.is_dir():
        return None
    after, earlier = _names(rows, labels), _names(_all(main), before)
    new = np.array([key not in earlier for key in digests(rows.inputs).tolist()], dtype=np.bool_)
    return Changes(
        new=rows.where(new),
        gone=len(earlier.keys() - after.keys()),
        relabelled=sum(after[key] != earlier[key] for key in earlier.keys() & after.keys()),
    )


def _all(folder: Path) -> Split:
    first, *rest = (Split.read(folder / f"{name}.npz") for name in SPLITS)
    for split in rest:
        first += split
    return first


def _names(rows: Split, labels: Sequence[str]) -> dict[int, str]:
    names = (labels[label] for label in rows.labels)
    return dict(zip(digests(rows.inputs).tolist(), names, strict=True))
