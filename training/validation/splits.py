"""Rules on the splits: no row in two of them, every label among the training rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.output_kind import OutputKind, Truths
from training.artifacts.feedback import FeedbackRows
from training.artifacts.splits import SPLITS, Prepared, Split
from training.validation.arrays import count_labels, first_of
from training.validation.findings import SAMPLES, Finding, of, shown

SIDES = (("validation", "train"), ("test", "train"), ("test", "validation"))


@dataclass(frozen=True)
class Origins:
    """Base rows, then collected rows, by content; base: how many are base rows.

    content: a digest per row.  labels: truths.  places: position of each row in its source.
    """

    content: NDArray[np.uint64]
    labels: Truths
    places: NDArray[np.int64]
    base: int

    @classmethod
    def of(cls, base: Split, collected: FeedbackRows) -> "Origins":
        """Return the origins of all rows."""
        return cls(
            np.concatenate([base.identities, collected.split.identities]),
            np.concatenate([base.labels, collected.split.labels]),
            np.concatenate([np.arange(len(base.labels)), collected.places]),
            len(base.labels),
        )

    def name(self, row: int) -> str:
        """Return the name of a row for messages."""
        return f"{'base' if row < self.base else 'feedback'} row {self.places[row]}"

    def having(self, content: np.uint64) -> str:
        """Return the names of all rows with this content."""
        return " = ".join(self.name(int(row)) for row in np.flatnonzero(self.content == content))

    def contradictions(self, output: OutputKind) -> Finding:
        """Return which rows have another label than the first row with the same content."""
        first = first_of(self.content)
        other = np.flatnonzero(self.labels != self.labels[first])
        texts = [
            " but ".join(
                f"{self.name(at)} is {output.label_of(self.labels[at])!r}"
                for at in (row, first[row])
            )
            for row in other[:SAMPLES]
        ]
        rule, rows = "one label for equal rows", len(self.labels)
        return Finding("all.label", rule, rows, len(other), tuple(texts))


def check_splits(prepared: Prepared, origins: Origins, output: OutputKind) -> Iterator[Finding]:
    """Check that each split has rows, training has every label, and no two splits share a row."""
    content = {name: prepared.split(name).identities for name in SPLITS}
    for name in SPLITS:
        empty = [] if len(content[name]) else ["0 rows"]
        yield of(name, "not empty", 1, empty, "splits")
    yield from count_labels("train.label", prepared.train.labels, output.labels, 1)
    for one, other in SIDES:
        leaked = content[one][np.isin(content[one], content[other])]
        samples = tuple(shown(origins.having(digest)) for digest in np.unique(leaked)[:SAMPLES])
        rule = f"not in {other}"
        yield Finding(f"{one}.input", rule, len(content[one]), len(leaked), samples)
