"""Tables in the demo: a category gets another name, a unit changes, a column stops reporting."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import pyarrow
import pyarrow.compute

from demo.inputs.demo_input import PlainInput
from demo.shift import Change, Shift, Variant
from perennial.kinds.columns import CategoryColumn, NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput

# Of a column of categories, so many of the most frequent ones may get another name.
FREQUENT = 5
# How many of the new unit are one of the old, in each direction: kilometres and miles, centimetres
# and inches, months and years, minutes and hours, cents and euros, grams and kilograms.
UNITS = (1.609, 2.54, 10.0, 12.0, 60.0, 100.0, 1000.0)


class DemoTable(PlainInput):
    """The table of one task."""

    kind: TableInput
    # One column of several costs a model little, so that an alert comes half a minute after the
    # shift, and it takes some thousand rows to tell that a retrained model is better.
    rate = 150.0
    lookback = 30.0

    @property
    def shifts(self) -> Mapping[str, Shift]:
        """What can happen to the columns that there are."""
        columns = self.kind.modelled
        found = {}
        if any(isinstance(column, NumberColumn) and column.high is None for column in columns):
            found["unit"] = Shift("a column of numbers comes in another unit", self._in_other_units)
        if any(column.missing for column in columns):
            found["stopped"] = Shift("a column stops reporting", self._stopped)
        if any(isinstance(column, CategoryColumn) for column in columns):
            found["renamed"] = Shift(
                "a new form has another name for a category of each column",
                self._renamed,
                together=True,
            )
        return found

    @property
    def time(self) -> str | None:
        """The column of times, if there is one."""
        times = (column.name for column in self.kind.columns if isinstance(column, TimeColumn))
        return next(times, None)

    def instances(self, rows: pyarrow.Table) -> list[Any]:
        """Return each row as an object by the names of the columns."""
        return [
            {name: _in_json(value) for name, value in row.items()}
            for row in rows.select(self.kind.names).to_pylist()
        ]

    def _renamed(self, rows: pyarrow.Table) -> Iterator[Variant]:
        for column in self.kind.modelled:
            if isinstance(column, CategoryColumn):
                for old in frequent(rows[column.name]):
                    new = renamed(old, column.categories)
                    cause = f"{new!r} comes where {column.name} was {old!r}"
                    yield Variant(column.name, cause, _replaced(column.name, old, new))

    def _in_other_units(self, rows: pyarrow.Table) -> Iterator[Variant]:
        factors = [factor for unit in UNITS for factor in (unit, 1 / unit)]
        for column in self.kind.modelled:
            if isinstance(column, NumberColumn):
                for factor in factors:
                    size = f"{factor:g} times" if factor > 1 else f"1/{1 / factor:g} of"
                    cause = f"{column.name} comes in another unit: {size} what it was"
                    yield Variant(column.name, cause, _scaled(column.name, factor))

    def _stopped(self, rows: pyarrow.Table) -> Iterator[Variant]:
        """Yield a variant for each column that has gaps, or for each that may have some.

        Where a column has gaps at times, these say something else than that it has stopped, and
        what it said can be told from others more often than of one that never fails.
        """
        may = [column.name for column in self.kind.modelled if column.missing]
        for name in [name for name in may if rows[name].null_count] or may:
            yield Variant(name, f"{name} is missing from now on", _changed(name, _nothing))


def frequent(words: pyarrow.ChunkedArray) -> list[str]:
    """Return the most frequent words, the most frequent first.

    >>> frequent(pyarrow.chunked_array([["b", "a", None, "b"]]))
    ['b', 'a']
    """
    counts = pyarrow.compute.value_counts(words.drop_null()).to_pylist()
    counts.sort(key=lambda count: (-count["counts"], count["values"]))
    return [count["values"] for count in counts[:FREQUENT]]


def renamed(word: str, taken: tuple[str, ...]) -> str:
    """Return a word as another program may write it: no category that there is.

    >>> renamed("Private", ("Private", "Public")), renamed("3", ("3", "4"))
    ('private', '3.0')
    """
    candidates = (word.lower(), word.upper(), f"{word}.0")
    return next((new for new in candidates if new not in taken), f"{word} (new)")


def _in_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _changed(name: str, change: Callable[[Any], Any]) -> Change:
    """Return what changes one column of a table."""

    def changed(rows: pyarrow.Table) -> pyarrow.Table:
        at = rows.schema.get_field_index(name)
        return rows.set_column(at, rows.schema.field(at), change(rows[name]))

    return changed


def _replaced(name: str, old: str, new: str) -> Change:
    compute = pyarrow.compute
    return _changed(name, lambda words: compute.if_else(compute.equal(words, old), new, words))


def _scaled(name: str, factor: float) -> Change:
    return _changed(name, lambda numbers: pyarrow.compute.multiply(numbers, factor))


def _nothing(values: pyarrow.ChunkedArray) -> pyarrow.Array:
    return pyarrow.nulls(len(values), values.type)


INPUT = DemoTable
