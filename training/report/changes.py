"""Compares the rows with main's by content: which are new, how many are gone or relabelled."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.artifacts.occurrences import occurrences
from training.artifacts.splits import SPLITS, Split, file_of
from training.gate.unseen import seen_rows_known


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


@dataclass(frozen=True)
class Side:
    """The prepared splits of one side.

    folder: where they are.  kind: of their input.  output: of their labels.
    """

    folder: Path
    kind: InputKind
    output: OutputKind

    def read(self) -> Split:
        """Return the rows of all splits. Raises MissingArtifact if one is absent."""
        first, *rest = (Split.read(file_of(self.folder, name), self.kind) for name in SPLITS)
        for split in rest:
            first += split
        return first


def changes(here: Side, main: Side) -> Changes | None:
    """Return the changes; None if main's rows are not recorded.

    Of equal rows, those that main has fewer of are new, and those that it has more of are gone.
    Raises MissingArtifact if either folder lacks a split.
    """
    rows = here.read()
    if not seen_rows_known(main.folder):
        return None
    old = main.read()
    count = len(rows.labels)
    keys = _codes(np.concatenate([rows.identities, old.identities]))
    labels = _codes(np.concatenate([_labels(rows, here.output), _labels(old, main.output)]))
    before = np.bincount(keys[count:], minlength=keys.max(initial=0) + 1)
    new = occurrences(keys[:count]) >= before[keys[:count]]
    kept = _in_both(keys, count)
    relabelled = kept - _in_both(_codes(keys * (labels.max(initial=0) + 1) + labels), count)
    return Changes(rows.where(new), len(old.labels) - kept, relabelled)


def _codes(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return a number from 0 for each value, equal for equal values."""
    return np.unique(values, return_inverse=True)[1]


def _labels(rows: Split, output: OutputKind) -> NDArray[np.str_]:
    truths, places = np.unique(rows.labels, return_inverse=True)
    return np.array([output.label_of(truth) for truth in truths], np.str_)[places]


def _in_both(codes: NDArray[np.int64], first: int) -> int:
    """Return how many of the first values have a partner among the others."""
    most = codes.max(initial=0) + 1
    sides = (np.bincount(side, minlength=most) for side in (codes[:first], codes[first:]))
    return int(np.minimum(*sides).sum())
