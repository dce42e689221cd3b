"""Reads a file as rows of a task that is there already, as the task's first file was read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from perennial.errors import Described, InvalidInput
from perennial.kinds.columns import CategoryColumn, Column, NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.output_kind import OutputKind
from perennial.kinds.sensitive import SensitiveColumn
from perennial.plural import plural
from perennial.signals.bins import OTHER
from training.bring.cells import Cells
from training.bring.column import Raw
from training.bring.found import listed
from training.bring.gaps import GAPS, counts
from training.bring.headed import Headed, headed
from training.bring.numerals import decimal_mark
from training.bring.reading import Origin, Reading
from training.bring.request import check_written
from training.bring.roles import named
from training.bring.spelling import respelt
from training.bring.target import RENAMED
from training.bring.time_column import infer_time
from training.bring.words import COMMON
from training.errors import BadParameter
from training.task.schema import Schema

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True)
class Sendable:
    """Rows as a client sends them, with their labels; None for a row without one.

    doubts: what a person should look at, a clause each.
    """

    instances: list[dict[str, Any]]
    labels: list[str | float | None]
    doubts: tuple[str, ...] = ()


def rows_of(
    cells: Cells,
    kind: TableInput,
    output: OutputKind,
    target: str,
    *,
    reading: Reading | None = None,
    decimal: str = "",
    dates: str = "",
) -> Sendable:
    """Return the rows of a file, its columns found by their names.

    target: the column of the labels, empty for none.  reading: how the task's first file was read;
    without it, this is inferred.  decimal, dates: as `Request` has them.
    Raises BadParameter for a column that is not there, and for a label that the task does not know.
    """
    check_written(decimal, dates)
    given = headed(cells)
    found = {column.name: _column(column, given, reading) for column in kind.columns}
    _check_once(found)
    raws = {
        column.name: Raw.of(there, _gaps(reading, column))
        for column in kind.columns
        if (there := found[column.name]) is not None
    }
    numbers = [raws[c.name].written for c in kind.columns if isinstance(c, NumberColumn)]
    how = _How(reading, decimal, dates, decimal_mark([*filter(None, numbers)], cells.separator))
    values, doubts = {}, list(cells.doubts)
    for column in kind.columns:
        if column.name in raws:
            values[column.name], said = _values(raws[column.name], column, how)
            doubts += [f"{column.name}: {doubt}" for doubt in said]
    labels: list[Any] = [None] * cells.rows
    if target:
        there = _target(target, given, reading)
        _check_once({**found, "TARGET": there})
        labels, said = _labels(there, output, how)
        doubts += [f"{there.header}: {doubt}" for doubt in said]
    rows = zip(*(column.to_pylist() for column in values.values()), strict=True)
    instances = [dict(zip(values, map(_json, row), strict=True)) for row in rows]
    return Sendable(instances, labels, tuple(doubts))


@dataclass(frozen=True)
class _How:
    """How numbers and dates are written: what somebody says, then what was read before."""

    reading: Reading | None
    decimal: str
    dates: str
    inferred: str

    def mark(self, raw: Raw, name: str) -> str:
        origin = self._origin(name)
        if not self.decimal and origin.decimal:
            return origin.decimal
        return raw.mark(self.decimal or self.inferred)

    def sure(self, name: str) -> bool:
        return bool(self.decimal or self._origin(name).decimal)

    def order(self, name: str) -> str:
        return self.dates or self._origin(name).dates

    def _origin(self, name: str) -> Origin:
        known = self.reading.columns if self.reading else {}
        return known.get(name, Origin(header=name))


def _column(column: Column, given: Sequence[Headed], reading: Reading | None) -> Headed | None:
    """Return the file's column; None for one that clients may leave out."""
    try:
        if reading is not None and column.name in reading.columns:
            return reading.find(column.name, "FILE", given)
        return named(column.name, "FILE", given)
    except BadParameter:
        if isinstance(column, SensitiveColumn):
            return None
        raise


def _target(target: str, given: Sequence[Headed], reading: Reading | None) -> Headed:
    """Return the column of the labels."""
    if reading is not None:
        origin = reading.columns[reading.label]
        if target in (origin.header, reading.label):
            return reading.find(reading.label, "TARGET", given)
    return named(target, "TARGET", given)


def _check_once(found: Mapping[str, Headed | None]) -> None:
    """Raise BadParameter if a column of the file was taken for two of the task."""
    taken: dict[tuple[str, int], str] = {}
    for name, column in found.items():
        if column is None:
            continue
        place = (column.header, column.number)
        if place in taken:
            got = Described(f"{column.header!r}, for both {taken[place]} and {name}")
            raise BadParameter("FILE", got, "a column for each, called as in the task's first file")
        taken[place] = name


def _gaps(reading: Reading | None, column: Column) -> list[str]:
    """Return the words that stand for a missing value; a category is none."""
    known = column.categories if isinstance(column, CategoryColumn) else ()
    return [word for word in (reading.gaps if reading else GAPS) if word not in known]


def _values(raw: Raw, column: Column, how: _How) -> "tuple[pyarrow.ChunkedArray, Sequence[str]]":
    """Return a column's values in the type that clients send, with doubts."""
    if isinstance(column, TimeColumn):
        found = infer_time(raw, how.order(column.name))
        assert found.values is not None
        return found.values, found.doubts
    if isinstance(column, NumberColumn):
        return _numbers(raw, column.name, how)
    words = _words(raw)
    if isinstance(column, SensitiveColumn):
        return words, ()
    words = respelt(words, column.categories)
    return words, _unknown(raw.header, words, column.categories)


def _unknown(header: str, words: "pyarrow.ChunkedArray", known: Collection[str]) -> list[str]:
    """Return what to say of words that are no categories. Raises BadParameter if most are none."""
    new = {word: rows for word, rows in counts(words).items() if word not in known}
    count, rows = sum(new.values()), len(words) - words.null_count
    if not count or count <= Schema().most_unknown * rows:
        return []
    first = next(iter(new))
    says = f"{count:,} of {plural(rows, 'value')} are none of its categories, such as {first!r}"
    if count > COMMON * rows:
        raise BadParameter(f"column {header}", Described(says), f"mostly {listed(known, 3)}")
    return [says]


def _labels(
    column: Headed, output: OutputKind, how: _How
) -> tuple[list[str | float | None], Sequence[str]]:
    """Return a row's label as clients send it, None for a gap, with doubts."""
    reading = how.reading
    gaps = reading.gaps if reading else GAPS
    raw = Raw.of(column, [word for word in gaps if word not in output.labels])
    doubts: Sequence[str] = ()
    if output.labels:
        words = respelt(_words(raw), output.labels)
        renamed = reading.renamed if reading else _renamed(output)
        found = [renamed.get(label, label) for label in words.to_pylist()]
    else:
        name = reading.label if reading else raw.name
        values, doubts = _numbers(raw, name, how)
        found = values.to_pylist()
    for row, label in enumerate(found):
        try:
            if label is not None:
                output.read_label(label)
        except InvalidInput as error:
            place = f"column {raw.header}, row {row + 1}"
            raise BadParameter(place, label, error.expected) from error
    return found, doubts


def _renamed(output: OutputKind) -> dict[str, str]:
    """Return the label that was `other` in a file, where nothing else is known of it."""
    names = [name for name in RENAMED if name in output.labels]
    return {OTHER: names[0]} if len(names) == 1 else {}


def _numbers(raw: Raw, name: str, how: _How) -> "tuple[pyarrow.ChunkedArray, Sequence[str]]":
    """Return numbers, with doubts. Raises BadParameter, which names a value that is none."""
    mark = how.mark(raw, name)
    if (found := raw.numbers(mark, sure=how.sure(name))) is not None:
        return found
    if raw.values.null_count == len(raw.values):
        return raw.values, ()
    got, advice = Described(str(raw.values.type)), ""
    if raw.written is not None:
        got = Described(repr(raw.written.no_number(mark)))
        if (other := raw.mark(mark)) != mark:
            advice = f" with {mark!r} as the decimal mark; DECIMAL={other} reads it otherwise"
    raise BadParameter(f"column {raw.header}", got, f"numbers{advice}")


def _words(raw: Raw) -> "pyarrow.ChunkedArray":
    words = raw.words()
    if words is None:
        raise BadParameter(f"column {raw.header}", Described(str(raw.values.type)), "words")
    return words


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
