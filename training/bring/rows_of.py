"""Reads a file as rows of a task that is there already, whatever the file is written like."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from perennial.errors import Described, InvalidInput
from perennial.kinds.columns import CategoryColumn, NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.output_kind import OutputKind
from perennial.signals.bins import OTHER
from training.bring.cells import Cells
from training.bring.column import Raw
from training.bring.names import names
from training.bring.numerals import decimal_mark
from training.bring.roles import named
from training.bring.target import RENAMED
from training.bring.time_column import infer_time
from training.errors import BadParameter

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True)
class Sendable:
    """Rows as a client sends them, with their labels; None for a row without one."""

    instances: list[dict[str, Any]]
    labels: list[str | float | None]


def rows_of(
    cells: Cells, kind: TableInput, output: OutputKind, target: str, *, decimal: str, dates: str
) -> Sendable:
    """Return the rows of a file, its columns found by their names.

    target: the column of the labels, empty for none.  decimal, dates: as `Request` has them.
    Raises BadParameter for a column that is not there, and for a label that the task does not know.
    """
    given = zip(cells.headers, names(cells.headers), cells.columns, strict=True)
    raws = [Raw.of(header, own, values) for header, own, values in given]
    mark = decimal or decimal_mark([raw.written for raw in raws if raw.written], cells.separator)
    columns = {
        column.name: _values(named(column.name, "FILE", raws), column, mark, dates)
        for column in kind.columns
    }
    labels: list[Any] = [None] * cells.rows
    if target:
        labels = _labels(named(target, "TARGET", raws), output, mark)
    rows = zip(*(values.to_pylist() for values in columns.values()), strict=True)
    return Sendable([dict(zip(columns, map(_json, row), strict=True)) for row in rows], labels)


def _values(raw: Raw, column: Any, mark: str, dates: str) -> "pyarrow.ChunkedArray":
    """Return a column's values in the type that clients send."""
    if isinstance(column, TimeColumn):
        found = infer_time(raw, dates).values
        assert found is not None
        return found
    if isinstance(column, NumberColumn):
        return _numbers(raw, mark)
    assert isinstance(column, CategoryColumn) or getattr(column, "sensitive", None)
    return _words(raw)


def _labels(raw: Raw, output: OutputKind, mark: str) -> list[str | float | None]:
    """Return a row's label as clients send it, None for a gap."""
    found = (_words(raw) if output.labels else _numbers(raw, mark)).to_pylist()
    other = next((name for name in RENAMED if name in output.labels), OTHER)
    found = [other if label == OTHER else label for label in found]
    for row, label in enumerate(found):
        try:
            if label is not None:
                output.read_label(label)
        except InvalidInput as error:
            place = f"column {raw.header}, row {row + 1}"
            raise BadParameter(place, label, error.expected) from error
    return found


def _numbers(raw: Raw, mark: str) -> "pyarrow.ChunkedArray":
    found = raw.numbers(mark)
    if found is None and raw.values.null_count < len(raw.values):
        word = raw.values.drop_null()[0].as_py()
        raise BadParameter(f"column {raw.header}", Described(f"{word!r}"), "numbers")
    return raw.values if found is None else found[0]


def _words(raw: Raw) -> "pyarrow.ChunkedArray":
    words = raw.words()
    if words is None:
        raise BadParameter(f"column {raw.header}", Described(str(raw.values.type)), "words")
    return words


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
