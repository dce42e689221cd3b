"""Tables: a row is a list of values in the order of the columns, or an object by their names."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import Field, model_validator

from perennial.digest import digest_rows
from perennial.errors import InvalidField
from perennial.kinds.arrow import select
from perennial.kinds.check import Check
from perennial.kinds.columns import CategoryColumn, Column, NumberColumn, TimeColumn
from perennial.kinds.input_kind import FIELD, InputKind
from perennial.kinds.record import Record
from perennial.kinds.sensitive import Pseudonym, Sensitive, SensitiveColumn
from perennial.kinds.table_row import RowReader
from perennial.signals.arrays import Arrays, Expected
from perennial.signals.bins import MISSING
from perennial.signals.extraction import Rows
from perennial.signals.signal import RESERVED
from perennial.signals.table import SignalColumn, TableSignals

if TYPE_CHECKING:
    import pyarrow

Cell = Annotated[float, Field(allow_inf_nan=False)] | str | None


class TableInput(Record):
    """Columns of numbers and categories, the time that orders rows, and sensitive ones.

    The model receives float32, shape (rows, numbers and categories): NaN for missing, a
    category's index for a category, and one more than the last index for any other string.
    """

    kind: Literal["table"] = "table"
    columns: tuple[Column, ...] = Field(min_length=1)
    dtype: ClassVar[str] = "float32"
    repeats: ClassVar[bool] = True
    tensor: ClassVar[str] = "tensor(float)"
    instance_type: ClassVar[Any] = Annotated[
        dict[str, Cell] | list[Cell],
        Field(
            title="Row",
            description="Values by the names of the model's columns, or in their order: a number, "
            "the string of a category, a time in ISO 8601, or null where it is missing. What "
            "is sent in a sensitive column, a text or a number, is stored as a hash or not at all.",
        ),
    ]

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [*self.names, *RESERVED]
        if len(set(names)) < len(names):
            raise InvalidField("columns", self.names, f"distinct names, none of {RESERVED}")
        times = [column.name for column in self.columns if isinstance(column, TimeColumn)]
        if len(times) > 1 or not self._watched:
            expected = "at most one time, and a number or category that is watched"
            raise InvalidField("columns", times, expected)
        return self

    @classmethod
    def example(cls) -> Self:
        """Return a table with a column of each kind."""
        return cls(
            columns=(
                TimeColumn(name="seen"),
                NumberColumn(name="age", low=0, high=120, whole=True),
                CategoryColumn(name="work", categories=("Private", "Öffentlich", "?")),
                SensitiveColumn(name="customer", sensitive="hash"),
                NumberColumn(name="gain", missing=False),
                SensitiveColumn(name="email", sensitive="drop"),
            )
        )

    def examples(self, count: int, seed: int) -> list[Any]:
        """Return rows, every other one as an object."""
        random = np.random.default_rng(seed)
        rows = [[column.example(random) for column in self.columns] for _ in range(count)]
        return [
            row if at % 2 else dict(zip(self.names, row, strict=True))
            for at, row in enumerate(rows)
        ]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def modelled(self) -> tuple[NumberColumn | CategoryColumn, ...]:
        """The columns that the model gets."""
        return tuple(c for c in self.columns if isinstance(c, NumberColumn | CategoryColumn))

    @cached_property
    def collected(self) -> tuple[NumberColumn | CategoryColumn | TimeColumn, ...]:
        """The columns that training gets."""
        return tuple(c for c in self.columns if not isinstance(c, SensitiveColumn))

    @cached_property
    def sensitive(self) -> Mapping[str, Sensitive]:
        """The names of the sensitive columns, with what is done to each."""
        return {c.name: c.sensitive for c in self.columns if isinstance(c, SensitiveColumn)}

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The shape of one row."""
        return (len(self.modelled),)

    @cached_property
    def time(self) -> str | None:
        """The name of the column with the time of a row; None if there is none."""
        times = (column.name for column in self.columns if isinstance(column, TimeColumn))
        return next(times, None)

    @cached_property
    def plain(self) -> bool:
        """Whether all columns are numbers."""
        return all(isinstance(column, NumberColumn) for column in self.columns)

    @cached_property
    def numbers(self) -> int:
        """How many numbers a row has."""
        return len(self.modelled)

    def read(self, instances: Sequence[Any]) -> Rows:
        """Return what the model gets for instances, shape (instances, columns)."""
        rows = np.empty((len(instances), *self.shape), np.float32)
        for index, instance in enumerate(instances):
            values = self._row.values(f"{FIELD}[{index}]", instance)
            rows[index] = [column.code(values[place]) for place, column in self._places]
        return rows

    @cached_property
    def _row(self) -> RowReader:
        return RowReader(self.columns)

    @cached_property
    def _places(self) -> tuple[tuple[int, NumberColumn | CategoryColumn], ...]:
        return tuple((self.names.index(column.name), column) for column in self.modelled)

    def stored(
        self, instance: Any, *, sent: bytes | None = None, pseudonym: Pseudonym | None = None
    ) -> bytes:
        """Return an instance as an object by name, so that swapped columns cannot hide."""
        named = instance
        if type(instance) is list:
            named = dict(zip(self.names, instance, strict=True))
        if self.sensitive:
            return orjson.dumps(self._without_sensitive(named, pseudonym))
        return orjson.dumps({name: named[name] for name in self.names})

    def _without_sensitive(
        self, named: dict[str, Any], pseudonym: Pseudonym | None
    ) -> dict[str, Any]:
        found = {}
        for column in self.columns:
            if not isinstance(column, SensitiveColumn):
                found[column.name] = named[column.name]
            elif column.sensitive == "hash" and pseudonym is not None:
                value = column.read(named.get(column.name))
                found[column.name] = None if value is None else pseudonym(column.name, value)
        return found

    def instance(self, row: Rows) -> Any:
        """Return a row as a client would send it; what the model does not get is missing."""
        cells = zip(self.modelled, row.tolist(), strict=True)
        known = {column.name: column.value(code) for column, code in cells}
        return {column.name: known.get(column.name) for column in self.collected}

    def shown(self, row: Rows) -> str:
        """Return the names and values of what the model gets."""
        cells = zip(self.modelled, row.tolist(), strict=True)
        values = ((column.name, column.value(code)) for column, code in cells)
        return ", ".join(f"{name} {_shown(value)}" for name, value in values)

    def pictures(self, rows: Rows) -> None:
        """Return that a row is no picture."""

    def arrow_schema(self) -> "pyarrow.Schema":
        """Return the columns: float64, string, and microseconds in UTC."""
        import pyarrow

        return pyarrow.schema([(column.name, column.arrow_type()) for column in self.collected])

    def to_arrow(self, instances: Sequence[Any]) -> "pyarrow.Table":
        """Return instances as a table: categories are words, missing values are null."""
        import pyarrow

        rows = [self._row.values(f"{FIELD}[{at}]", each) for at, each in enumerate(instances)]
        columns = zip(*rows, strict=True) if rows else [[] for _ in self.columns]
        named, schema = dict(zip(self.names, columns, strict=True)), self.arrow_schema()
        arrays = [pyarrow.array(named[field.name], field.type) for field in schema]
        return pyarrow.table(arrays, schema=schema)

    def from_arrow(self, table: "pyarrow.Table") -> Rows:
        """Return what the model gets for the rows of a table."""
        found = select(table, self.arrow_schema())
        rows = np.empty((len(table), *self.shape), np.float32)
        for place, column in enumerate(self.modelled):
            rows[:, place] = column.codes(found.column(column.name))
        return rows

    def arrow_of(self, rows: Rows) -> "pyarrow.Table":
        """Return rows as a table; an unknown category is `other`."""
        import pyarrow

        codes = dict(zip((column.name for column in self.modelled), rows.T, strict=True))
        arrays = [
            (
                pyarrow.nulls(len(rows), column.arrow_type())
                if isinstance(column, TimeColumn)
                else pyarrow.array(
                    [column.value(code) for code in codes[column.name].tolist()],
                    column.arrow_type(),
                )
            )
            for column in self.collected
        ]
        return pyarrow.table(arrays, schema=self.arrow_schema())

    def identities(self, table: "pyarrow.Table") -> NDArray[np.uint64]:
        """Return the digest of each row's values; the time is none of them."""
        found = select(table, self.arrow_schema())
        keys = [column.keys(found.column(column.name)) for column in self.modelled]
        return digest_rows(np.stack(keys, axis=1))

    def checks(self, table: "pyarrow.Table") -> Iterator[Check]:
        """Yield the rules on each column."""
        found = select(table, self.arrow_schema())
        for column in self.collected:
            values = found.column(column.name)
            for rule, bad in column.checks(values):
                yield Check(column.name, rule, bad, partial(_value, values))

    def novel(self, table: "pyarrow.Table", known: "pyarrow.Table") -> Iterator[Check]:
        """Yield a rule for each column: the known rows tell something of the row's value."""
        for column in self.modelled:
            values = table.column(column.name)
            rule, bad = column.novel(column.codes(values), column.codes(known.column(column.name)))
            yield Check(column.name, rule, bad, partial(_value, values))

    def feed(self, rows: Rows, rank: int) -> Rows:
        """Return rows as they are."""
        return rows

    @cached_property
    def _watched(self) -> dict[str, SignalColumn]:
        return {
            column.name: SignalColumn(place, column.categories)
            for place, column in enumerate(self.modelled)
            if column.watched
        }

    def with_all_watched(self) -> Self:
        """Return the same columns, all of which are watched."""
        watched = {"watched": True}
        columns = (
            column.model_copy(update=watched) if column in self.modelled else column
            for column in self.columns
        )
        return type(self)(columns=tuple(columns))

    def expected_arrays(self) -> dict[str, Expected]:
        """Return the types and shapes of the fitted arrays."""
        return TableSignals.expected(self._watched)

    def fit_signals(self, rows: Rows) -> Arrays:
        """Return the arrays of the signals, fitted to rows."""
        return TableSignals.fit(self._watched, rows)

    def signals(self, arrays: Arrays) -> TableSignals:
        """Return the signals with fitted arrays."""
        return TableSignals(self._watched, arrays)


def _shown(value: float | str | None) -> str:
    if value is None:
        return MISSING
    return f"{value:g}" if isinstance(value, float) else value


def _value(column: "pyarrow.ChunkedArray", row: int) -> Any:
    return column[row].as_py()


KIND: type[InputKind] = TableInput
