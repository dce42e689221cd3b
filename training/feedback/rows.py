"""Reads labelled predictions as training rows; those that cannot be read are left out and named."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
import pyarrow

from perennial.errors import Described, InvalidInput
from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.feedback.labelled import LabelledPrediction

CHUNK = 10_000  # rows held as Python objects at a time


@dataclass(frozen=True)
class LabelledRows:
    """Labelled rows, all of one length.

    inputs: in the Arrow columns of the input's kind.
    sources, trusted, subjects: as in `LabelledPrediction`.
    unreadable: a sentence for each prediction that is no row, beside those.
    """

    inputs: pyarrow.Table
    labels: list[str]
    observed_at: list[str]
    prediction_ids: list[str]
    sources: list[str]
    trusted: list[bool]
    subjects: list[str | None]
    unreadable: list[str]

    def __len__(self) -> int:
        return len(self.labels)

    def __add__(self, other: "LabelledRows") -> "LabelledRows":
        """Return the rows of both."""
        return LabelledRows(
            pyarrow.concat_tables([self.inputs, other.inputs]),
            self.labels + other.labels,
            self.observed_at + other.observed_at,
            self.prediction_ids + other.prediction_ids,
            self.sources + other.sources,
            self.trusted + other.trusted,
            self.subjects + other.subjects,
            self.unreadable + other.unreadable,
        )

    def where(self, chosen: list[int]) -> "LabelledRows":
        """Return the rows at these places."""
        return LabelledRows(
            self.inputs.take(pyarrow.array(chosen, pyarrow.int64())),
            [self.labels[at] for at in chosen],
            [self.observed_at[at] for at in chosen],
            [self.prediction_ids[at] for at in chosen],
            [self.sources[at] for at in chosen],
            [self.trusted[at] for at in chosen],
            [self.subjects[at] for at in chosen],
            self.unreadable,
        )


def read_rows(
    labelled: Iterable[LabelledPrediction], kind: InputKind, output: OutputKind
) -> LabelledRows:
    """Return the rows of labelled predictions, in their order."""
    tables = [kind.to_arrow([])]
    found: list[LabelledPrediction] = []
    unreadable: list[str] = []
    for chunk in _chunks(labelled):
        instances = []
        for row in chunk:
            try:
                instances.append(_instance(row, kind, output))
            except InvalidInput as error:
                unreadable.append(f"{row.prediction_id}: {error}")
            else:
                found.append(row)
        tables.append(kind.to_arrow(instances))
    return LabelledRows(
        pyarrow.concat_tables(tables),
        [row.label for row in found],
        [row.observed_at for row in found],
        [row.prediction_id for row in found],
        [row.source for row in found],
        [row.trusted for row in found],
        [row.subject for row in found],
        unreadable,
    )


def _chunks(labelled: Iterable[LabelledPrediction]) -> Iterator[list[LabelledPrediction]]:
    rows = iter(labelled)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _instance(row: LabelledPrediction, kind: InputKind, output: OutputKind) -> Any:
    """Return the instance that a client sent. Raises InvalidInput."""
    try:
        instance = orjson.loads(row.input)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("input", Described(error), "JSON") from error
    kind.read([instance])
    output.read_label(row.label)
    return instance
