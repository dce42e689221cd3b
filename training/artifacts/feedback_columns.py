"""The columns of a feedback file: a row's input, its label, where and whom it is from.

The files of the splits hold inputs in the same way.
"""

from pathlib import Path

import pyarrow
import pyarrow.compute
import pyarrow.parquet

from perennial.kinds.input_kind import InputKind
from perennial.label_sources import UNKNOWN

INPUT = "input"
TEXTS = ("label", "observed_at", "incident", "prediction_id")
# The key that a label came with, whether its labels are trusted, and the pseudonym of the person
# whom the row is about, null if the request named nobody.
SOURCE, TRUSTED, SUBJECT = "source", "trusted", "subject"


def schema(kind: InputKind) -> pyarrow.Schema:
    """Return the columns of a file for this kind of input.

    The kind's own columns are one: its only column if that has this name, else their struct, so
    that a column of a table may be called `label`.
    """
    texts = [(name, pyarrow.string()) for name in TEXTS]
    whose = [(SOURCE, pyarrow.string()), (TRUSTED, pyarrow.bool_()), (SUBJECT, pyarrow.string())]
    return pyarrow.schema([(INPUT, _type(kind)), *texts, *whose])


def read(file: Path) -> pyarrow.Table:
    """Read a feedback file; one from before labels had sources gets the columns of today."""
    table = pyarrow.parquet.read_table(file)
    if any(name in table.column_names for name in (SOURCE, TRUSTED, SUBJECT)):
        return table
    rows = len(table)
    table = table.append_column(SOURCE, pyarrow.array([UNKNOWN] * rows, pyarrow.string()))
    table = table.append_column(TRUSTED, pyarrow.array([False] * rows, pyarrow.bool_()))
    return table.append_column(SUBJECT, pyarrow.nulls(rows, pyarrow.string()))


def pack(kind: InputKind, inputs: pyarrow.Table) -> pyarrow.ChunkedArray:
    """Return the kind's columns as the one column of the file."""
    return inputs.column(INPUT) if _alone(kind) else inputs.to_struct_array()


def unpack(column: pyarrow.ChunkedArray) -> pyarrow.Table:
    """Return the columns that were packed; where a row has no input, all of them are null."""
    if not pyarrow.types.is_struct(column.type):
        return pyarrow.table([column], [INPUT])
    fields = list(column.type)
    parts = [pyarrow.compute.struct_field(column, [place]) for place in range(len(fields))]
    return pyarrow.table(parts, schema=pyarrow.schema(fields))


def _alone(kind: InputKind) -> bool:
    return bool(kind.arrow_schema().names == [INPUT])


def _type(kind: InputKind) -> pyarrow.DataType:
    columns = kind.arrow_schema()
    return columns.field(INPUT).type if _alone(kind) else pyarrow.struct(list(columns))
