"""Compares the rows with main's by content: which are new, how many are gone or relabelled."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
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

    Raises MissingArtifact if either folder lacks a split.
    """
    rows = here.read()
    if not seen_rows_known(main.folder):
        return None
    after, earlier = _names(rows, here.output), _names(main.read(), main.output)
    new = np.array([key not in earlier for key in rows.identities.tolist()], dtype=np.bool_)
    return Changes(
        new=rows.where(new),
        gone=len(earlier.keys() - after.keys()),
        relabelled=sum(after[key] != earlier[key] for key in earlier.keys() & after.keys()),
    )


def _names(rows: Split, output: OutputKind) -> dict[int, str]:
    names = map(output.label_of, rows.labels)
    return dict(zip(rows.identities.tolist(), names, strict=True))
