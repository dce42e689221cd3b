"""Reads a task's rows from a Parquet file, as pandas, Polars or Spark write it."""

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from perennial.errors import Described
from perennial.kinds.input_kind import InputKind
from perennial.validation import NOTHING
from training.errors import BadParameter
from training.task.task import Rows

if TYPE_CHECKING:
    import pyarrow

# How pandas names an index that it writes as a column.
INDEX = re.compile(r"__index_level_\d+__")


def read_rows(
    file: str | Path,
    kind: InputKind,
    *,
    label: str,
    unused: Collection[str] = (),
    held_out: str | None = None,
) -> Rows:
    """Return the rows of a Parquet file, in the types of the task's input where nothing is lost.

    label: the column with the labels, words or numbers.  unused: columns to leave out, beside
    those that are sensitive.  held_out: the column that says of each row whether the publishers
    set it aside for testing.
    Columns that are missing, unknown, twice, or of a type that would lose something stay as they
    are, so that `validate` names them.  Raises BadParameter for the file, the label and `unused`.
    """
    table = read_table(file)
    if held_out is None:
        return rows_in(table, file, kind, label=label, unused=unused)
    rows = rows_in(table, file, kind, label=label, unused=(*unused, held_out))
    return replace(rows, held_out=np.array(table[held_out].to_pylist(), np.bool_))


def rows_in(
    table: "pyarrow.Table",
    file: str | Path,
    kind: InputKind,
    *,
    label: str,
    unused: Collection[str] = (),
) -> Rows:
    """Return the rows of a table; file: that it was read from.  The others: as of `read_rows`.

    Raises BadParameter for the label and `unused`.
    """
    for name in (label, *unused):
        if (count := table.column_names.count(name)) != 1:
            got = Described(f"{count} columns") if count else NOTHING
            raise BadParameter(f"{file}: column {name}", got, f"one of {table.column_names}")
    extra = {name for name in kind.sensitive if table.column_names.count(name) == 1}
    aside = {label, *unused, *extra, *filter(INDEX.fullmatch, table.column_names)}
    labels = [_word(value) for value in table[label].to_pylist()]
    return Rows(converted(table.drop_columns(sorted(aside)), kind.arrow_schema()), labels)


def converted(table: "pyarrow.Table", schema: "pyarrow.Schema") -> "pyarrow.Table":
    """Return a table with its columns in a schema's types and order, where nothing is lost.

    Whole numbers become numbers, any kind of text and categories text, times of day or without
    an offset UTC times, and a column of nulls any type; the columns that the schema does not
    have come last.
    """
    import pyarrow

    names, columns = table.column_names, []
    places = {name: place for place, name in enumerate(schema.names)}
    order = sorted(range(len(names)), key=lambda at: places.get(names[at], len(places)))
    for at in order:
        column = table.column(at)
        if names[at] in places:
            column = _converted(column, schema.field(names[at]).type)
        columns.append(column)
    return pyarrow.table(columns, names=[names[at] for at in order])


def read_table(file: str | Path) -> "pyarrow.Table":
    """Return what a Parquet file has. Raises BadParameter."""
    import pyarrow
    from pyarrow import parquet

    file = Path(file)
    if not file.is_file():
        raise BadParameter(str(file), NOTHING, "a Parquet file; 'dvc pull' fetches one of DVC's")
    try:
        with parquet.ParquetFile(file) as stored:  # read_table refuses a column that is twice
            return stored.read()
    except (pyarrow.ArrowException, OSError) as error:
        problem = Described(" ".join(str(error).split()))
        raise BadParameter(str(file), problem, "a readable Parquet file") from error


def _converted(column: "pyarrow.ChunkedArray", wanted: "pyarrow.DataType") -> Any:
    import pyarrow

    if pyarrow.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not _alike(column.type, wanted):
        return column
    try:
        return column.cast(wanted)
    except pyarrow.ArrowInvalid:  # whole numbers over 2**53, nanoseconds
        return column


def _alike(found: "pyarrow.DataType", wanted: "pyarrow.DataType") -> bool:
    """Return whether all or most values of a type have the same meaning in another."""
    from pyarrow import types

    texts = (types.is_string, types.is_large_string, types.is_string_view)
    if types.is_null(found):
        return True
    if types.is_float64(wanted):
        return bool(types.is_integer(found) or types.is_floating(found) or types.is_boolean(found))
    if types.is_string(wanted):
        return any(is_text(found) for is_text in texts)
    if types.is_timestamp(wanted):
        return bool(types.is_timestamp(found) or types.is_date(found))
    return bool(found == wanted)


def _word(value: Any) -> str | None:
    """Return a label as a word: 1 and 1.0 are `1`.

    >>> _word("yes"), _word(1), _word(1.0), _word(0.5), _word(float("nan")), _word(None)
    ('yes', '1', '1', '0.5', None, None)
    """
    if value is None or value != value:  # NaN is how pandas writes a gap
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)
