"""The prepared splits, and the files that hold them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
from numpy.typing import NDArray
from pyarrow import parquet

from perennial.kinds.arrow import from_numpy, select, strings, to_numpy
from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import Truths
from perennial.statistics.counts import Bools
from training.artifacts.feedback_columns import INPUT, TRUSTED, pack, unpack
from training.artifacts.files import read_json, write_json
from training.artifacts.occurrences import Occurrences
from training.artifacts.times import Times, observations, read_times, spans, times_of, written_times
from training.errors import MissingArtifact
from training.task.task import Rows, Task

SPLITS = ("train", "validation", "test")
# The source of a task's own rows.
BASE = "base"
# Rows from just before an incident have its id with this as their source. They are split as all
# collected rows are, and the gate looks at none of them.
BEFORE = "-before"
# The key that a row's label came with, as a column of the files.
LABEL_SOURCE = "label_source"
# When a row is from, as a column of the files; only where rows have a time.
TIME = "time"
# How many equal rows came before a row, as a column of the files; only where that tells rows apart.
OCCURRENCE = "occurrence"


def positions(identities: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return a number in [0, 1) for each identity, spread evenly."""
    return np.asarray(identities / 2.0**64, np.float64)


def around(incident: str) -> list[str]:
    """Return the sources of an incident's rows, and of those from just before it."""
    return [incident, incident + BEFORE]


def file_of(folder: Path, split: str) -> Path:
    """Return the file of a split in a folder of prepared rows."""
    return folder / f"{split}.parquet"


@dataclass(frozen=True)
class Split:
    """Rows with their labels and sources.

    kind: of the input.  table: the rows in the columns of that kind.
    labels: the truths of the output's kind, such as indices of classes, shape (rows,).
    source: `base`, or the incident that a row was collected for, shape (rows,).
    label_source: the key that its label came with, empty for base rows, shape (rows,).
    trusted: whether labels of that key are trusted, shape (rows,).
    Both are as of base rows if not given.
    times: when a row is from, shape (rows,), as its column says if not given; None if rows of the
    kind have no time.
    occurrence: how many equal rows came before a row, shape (rows,), where that tells them apart;
    0 if not given.
    """

    kind: InputKind
    table: pyarrow.Table
    labels: Truths
    source: NDArray[np.str_]
    label_source: NDArray[np.str_] = field(default_factory=lambda: np.empty(0, str))
    trusted: Bools = field(default_factory=lambda: np.empty(0, np.bool_))
    times: Times | None = None
    occurrence: Occurrences = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        rows = len(self.labels)
        if len(self.occurrence) != rows:
            object.__setattr__(self, "occurrence", np.zeros(rows, np.int64))
        if len(self.label_source) != rows:
            object.__setattr__(self, "label_source", np.full(rows, ""))
        if len(self.trusted) != rows:
            object.__setattr__(self, "trusted", np.zeros(rows, np.bool_))
        if self.times is None:
            object.__setattr__(self, "times", times_of(self.kind, self.table))

    @classmethod
    def of_base(cls, task: Task, rows: Rows) -> "Split":
        """Return a task's own rows."""
        table = select(rows.table, task.input.arrow_schema())
        labels = task.output.truths(known(rows.labels))
        return cls(task.input, table, labels, np.full(len(labels), BASE))

    @cached_property
    def inputs(self) -> NDArray[Any]:
        """What the model gets for the rows, shape (rows, *input shape)."""
        return self.kind.from_arrow(self.table)

    @cached_property
    def contents(self) -> NDArray[np.uint64]:
        """A number per row, equal for rows with the same content, shape (rows,)."""
        return self.kind.identities(self.table)

    @cached_property
    def identities(self) -> NDArray[np.uint64]:
        """A number per row, equal for rows that are one observation, shape (rows,).

        These have the same content, the same time if they have one, and the same occurrence.
        """
        return observations(self.contents, self.times, self.occurrence)

    @property
    def positions(self) -> NDArray[np.float64]:
        """A number in [0, 1) per row, computed from its identity alone, shape (rows,).

        A row therefore keeps its split by content when other rows change, and equal rows share a
        split, unless nearly all rows repeat.
        """
        return positions(self.identities)

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "Split":
        """Return the rows chosen by a mask or by indices."""
        places = np.arange(len(self.labels))[chosen]
        table = self.table.take(from_numpy(places))
        return Split(
            self.kind,
            table,
            self.labels[places],
            self.source[places],
            self.label_source[places],
            self.trusted[places],
            None if self.times is None else self.times[places],
            self.occurrence[places],
        )

    def __add__(self, other: "Split") -> "Split":
        """Return the rows of both."""
        return Split(
            self.kind,
            pyarrow.concat_tables([self.table, other.table]),
            np.concatenate([self.labels, other.labels]),
            np.concatenate([self.source, other.source]),
            np.concatenate([self.label_source, other.label_source]),
            np.concatenate([self.trusted, other.trusted]),
            _joined(self.times, other.times),
            np.concatenate([self.occurrence, other.occurrence]),
        )

    def numbered(self, numbers: Occurrences) -> "Split":
        """Return the rows with equal ones told apart.

        numbers: how many equal rows come before each, shape (rows,).
        """
        return replace(self, occurrence=numbers)

    @classmethod
    def read(cls, file: Path, kind: InputKind) -> "Split":
        """Read one split. Raises MissingArtifact."""
        if not file.exists():
            raise MissingArtifact(file)
        with parquet.ParquetFile(file) as stored:  # read_table imports pandas
            columns = stored.read()
        labels = to_numpy(columns["label"].combine_chunks())
        source = np.array(columns["source"].to_pylist(), np.str_)
        rows = unpack(columns[INPUT])
        if LABEL_SOURCE not in columns.column_names:  # a champion's, from before there were any
            return cls(kind, rows, labels, source)
        given = np.array(columns[LABEL_SOURCE].to_pylist(), np.str_)
        trusted = np.array(columns[TRUSTED].to_pylist(), bool)
        known = kind.time is not None and TIME in columns.column_names
        times = read_times(columns[TIME]) if known else None
        many = OCCURRENCE in columns.column_names
        numbers = columns[OCCURRENCE].to_pylist() if many else []
        number = np.array(numbers, np.int64)
        return cls(kind, rows, labels, source, given, trusted, times, number)

    def write(self, file: Path) -> None:
        """Write one split."""
        columns = {
            INPUT: pack(self.kind, self.table),
            "label": from_numpy(self.labels),
            "source": strings(self.source.tolist()),
            LABEL_SOURCE: strings(self.label_source.tolist()),
            TRUSTED: pyarrow.array(self.trusted.tolist(), pyarrow.bool_()),
        }
        if self.times is not None:
            columns[TIME] = written_times(self.times)
        if self.occurrence.any():
            columns[OCCURRENCE] = from_numpy(self.occurrence)
        parquet.write_table(pyarrow.table(list(columns.values()), list(columns)), file)


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
    def read(cls, folder: Path, kind: InputKind) -> "Prepared":
        """Read the files that `write` writes. Raises MissingArtifact."""
        train, validation, test = (Split.read(file_of(folder, name), kind) for name in SPLITS)
        return cls(train, validation, test, read_json(folder / "summary.json")["fresh"])

    def write(self, folder: Path, labels: Sequence[str]) -> None:
        """Write one file per split, and summary.json: rows by split, source and label.

        It also says how many of the rows collected last came with which key's label, and where
        rows have a time, from when to when those of each source are.
        """
        folder.mkdir(parents=True, exist_ok=True)
        splits = dict[str, dict[str, Any]]()
        for name in SPLITS:
            split = self.split(name)
            split.write(file_of(folder, name))
            splits[name] = {
                "rows": len(split.labels),
                "sources": dict(sorted(Counter(split.source.tolist()).items())),
                "labels": {label: int((split.labels == i).sum()) for i, label in enumerate(labels)},
                "fresh_label_sources": self._label_sources(split),
            }
            if split.times is not None:
                splits[name]["times"] = spans(split.source, split.times)
        write_json(folder / "summary.json", {"splits": splits, "fresh": self.fresh})

    def _label_sources(self, split: Split) -> dict[str, int]:
        fresh = split.label_source[np.isin(split.source, around(self.fresh or ""))]
        return dict(sorted(Counter(filter(None, fresh.tolist())).items()))


def _joined(one: Times | None, other: Times | None) -> Times | None:
    return None if one is None or other is None else np.concatenate([one, other])


def known(words: Sequence[str | None]) -> list[str]:
    """Return the words that are not missing; validation refuses rows without one."""
    return [word for word in words if word is not None]
