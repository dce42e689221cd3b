"""Rules on the splits: no row in two of them, every label among the training rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.artifacts.feedback import FeedbackRows
from training.artifacts.splits import SPLITS, Prepared, Split
from training.validation.arrays import count_labels, first_of
from training.validation.columns import named
from training.validation.findings import SAMPLES, Finding, by_row, of, shown
from training.validation.repeats import ceiling

SIDES = (("validation", "train"), ("test", "train"), ("test", "validation"))


@dataclass(frozen=True)
class Origins:
    """Base rows, then collected rows; base: how many are base rows.

    places: position of each row in its source.
    """

    rows: Split
    places: NDArray[np.int64]
    base: int

    @classmethod
    def of(cls, base: Split, collected: FeedbackRows) -> "Origins":
        """Return the origins of all rows."""
        places = np.concatenate([np.arange(len(base.labels)), collected.places])
        return cls(base + collected.split, places, len(base.labels))

    def name(self, row: int) -> str:
        """Return the name of a row for messages."""
        return f"{'base' if row < self.base else 'feedback'} row {self.places[row]}"

    def having(self, identity: np.uint64) -> str:
        """Return the names of all rows that are this observation."""
        rows = np.flatnonzero(self.rows.identities == identity)
        return " = ".join(self.name(int(row)) for row in rows)

    def contradictions(self, output: OutputKind) -> Finding:
        """Return which rows have another label than the first row with the same content."""
        contents, labels = self.rows.contents, self.rows.labels
        first = first_of(contents)
        other = np.flatnonzero(labels != labels[first])
        texts = [
            " but ".join(
                f"{self.name(at)} is {output.label_of(labels[at])!r}" for at in (row, first[row])
            )
            for row in other[:SAMPLES]
        ]
        rule = "one label for equal rows"
        if len(other):
            rule += f" ({ceiling(contents, labels, output)})"
        return Finding("all.label", rule, len(labels), len(other), tuple(texts))

    def left_out(self, prepared: Prepared, gap: str | None) -> Finding:
        """Return how many rows are in no split."""
        rows = len(self.rows.labels)
        missing = rows - sum(len(prepared.split(name).labels) for name in SPLITS)
        why = "sources that judge only do so on their latest rows"
        if gap is not None:
            why = f"prepare.gap leaves out what is within {gap} of a held-out row; {why}"
        rule = f"in a split ({why})"
        return Finding("all", rule, rows, missing)


def dated(kind: InputKind, base: Split) -> Finding:
    """Return which base rows have no time, where rows are split by it."""
    missing = np.zeros(len(base.labels), np.bool_) if base.times is None else np.isnat(base.times)
    rule = "a time (rows without one are for training; with prepare.gap they are left out)"
    return by_row(named("base.input", str(kind.time)), rule, missing, lambda row: "no time")


def newest_tested(prepared: Prepared) -> Finding:
    """Return whether rows of the newest incident are tested, where there is one."""
    rule = f"test rows of incident {prepared.fresh} (without any, the gate keeps main's model)"
    tested = prepared.fresh is None or bool((prepared.test.source == prepared.fresh).any())
    return of("all", rule, 1, [] if tested else ["0 rows"], "incidents")


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
