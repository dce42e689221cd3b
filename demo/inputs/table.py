"""Tables in the demo: a category gets another name, a unit changes, a column stops reporting."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

import pyarrow
import pyarrow.compute

from demo.inputs.demo_input import PlainInput
from demo.shift import Change, Shift, Variant
from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput

# Columns that change at once: one costs a model of many columns too little to be noticed.
SEVERAL = 3
# Of a column of categories, so many of the most frequent ones may get another name.
FREQUENT = 5
# How many of the new unit are one of the old, in each direction: kilometres and miles, centimetres
# and inches, months and years, minutes and hours, cents and euros, grams and kilograms.
UNITS = (1.609, 2.54, 10.0, 12.0, 60.0, 100.0, 1000.0)


class DemoTable(PlainInput):
    """The table of one task. Sensitive columns are left out, which its rows do not have."""

    kind: TableInput
    # One column of several costs a model little, so that an alert comes half a minute after the
    # shift, and it takes some thousand rows to tell that a retrained model is better.
    rate = 150.0
    lookback = 30.0

    @property
    def shifts(self) -> Mapping[str, Shift]:
        """What can happen to the columns that there are."""
        columns = self.kind.modelled
        words = any(isinstance(column, CategoryColumn) for column in columns)
        numbers = any(isinstance(column, NumberColumn) and has_room(column) for column in columns)
        found = {}
        if words and numbers:
            found["form"] = Shift(
                "a new form has other units and other names for categories in several columns",
                lambda rows: chain(self._in_other_units(rows), self._renamed(rows)),
                columns=SEVERAL,
            )
        if numbers:
            found["unit"] = Shift("a column of numbers comes in another unit", self._in_other_units)
        if words:
            found["renamed"] = Shift(
                "a category of each of several columns gets another name",
                self._renamed,
                columns=SEVERAL,
            )
        if any(column.missing for column in columns):
            found["stopped"] = Shift("a column stops reporting", self._stopped)
        return found

    def instances(self, rows: pyarrow.Table) -> list[Any]:
        """Return each row as an object by the names of the columns."""
        names = [column.name for column in self.kind.collected]
        return [
            {name: _in_json(value) for name, value in row.items()}
            for row in rows.select(names).to_pylist()
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
                    yield Variant(column.name, cause, _scaled(column, factor))

    def _stopped(self, rows: pyarrow.Table) -> Iterator[Variant]:
        """Yield a variant for each column that has gaps, or for each that may have some.

        Where a column has gaps at times, these say something else than that it has stopped, and
        what it said can be told from others more often than of one that never fails.
        """
        may = [column.name for column in self.kind.modelled if column.missing]
        for name in [name for name in may if rows[name].null_count] or may:
            yield Variant(name, f"{name} is missing from now on", _changed(name, _nothing))


def has_room(column: NumberColumn) -> bool:
    """Return whether all values of a column may be in another unit, larger or smaller, too.

    >>> has_room(NumberColumn(name="a", low=0, high=9)), has_room(NumberColumn(name="a", low=17))
    (True, True)
    >>> has_room(NumberColumn(name="a", low=17, high=90))
    False
    """
    return column.high is None or column.low is None or column.low <= 0 <= column.high


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


def _scaled(column: NumberColumn, factor: float) -> Change:
    """Return what writes a column in another unit, rounded where its numbers are whole."""
    compute = pyarrow.compute

    def scaled(numbers: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
        found = compute.multiply(numbers, factor)
        return compute.round(found) if column.whole else found

    return _changed(column.name, scaled)


def _nothing(values: pyarrow.ChunkedArray) -> pyarrow.Array:
    return pyarrow.nulls(len(values), values.type)


INPUT = DemoTable
