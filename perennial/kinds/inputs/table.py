"""Tables: a row is a list of values in the order of the columns, or an object by their names."""

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import Field, model_validator

from perennial.digest import digest_bytes
from perennial.errors import Described, InvalidField, InvalidInput
from perennial.kinds.arrow import select
from perennial.kinds.check import Check
from perennial.kinds.columns import CategoryColumn, Column, NumberColumn, TimeColumn
from perennial.kinds.input_kind import FIELD, InputKind
from perennial.kinds.record import Record
from perennial.signals.arrays import Arrays, Expected
from perennial.signals.bins import MISSING
from perennial.signals.extraction import Rows
from perennial.signals.signal import OUTPUTS
from perennial.signals.table import TableSignals
from perennial.validation import NOTHING

if TYPE_CHECKING:
    import pyarrow

NAMED = 20  # columns in a message
Cell = Annotated[float, Field(allow_inf_nan=False)] | str | None


class TableInput(Record):
    """Columns of numbers and categories, and the time that orders rows if there is one.

    The model receives float32, shape (rows, columns without the time): NaN for missing, a
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
            "the string of a category, a time in ISO 8601, or null where the value is missing.",
        ),
    ]

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [*self.names, *OUTPUTS]
        if len(set(names)) < len(names):
            raise InvalidField("columns", self.names, f"distinct names, none of {OUTPUTS}")
        times = [column.name for column in self.columns if isinstance(column, TimeColumn)]
        if len(times) > 1 or not self.modelled:
            raise InvalidField("columns", times, "at most one time, and a number or category")
        return self

    @classmethod
    def example(cls) -> Self:
        """Return a table with a column of each kind."""
        return cls(
            columns=(
                TimeColumn(name="seen"),
                NumberColumn(name="age", low=0, high=120, whole=True),
                CategoryColumn(name="work", categories=("Private", "Öffentlich", "?")),
                NumberColumn(name="gain", missing=False),
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
        return tuple(column for column in self.columns if not isinstance(column, TimeColumn))

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
    def amounts(self) -> bool:
        """Whether no column has categories."""
        return all(isinstance(column, NumberColumn) for column in self.modelled)

    @cached_property
    def numbers(self) -> int:
        """How many numbers a row has."""
        return len(self.modelled)

    def read(self, instances: Sequence[Any]) -> Rows:
        """Return what the model gets for instances, shape (instances, columns)."""
        rows = np.empty((len(instances), *self.shape), np.float32)
        for index, instance in enumerate(instances):
            cells = zip(self.columns, self._values(f"{FIELD}[{index}]", instance), strict=True)
            rows[index] = [
                column.code(value) for column, value in cells if not isinstance(column, TimeColumn)
            ]
        return rows

    def _values(self, field: str, instance: Any) -> list[Any]:
        """Return the values of an instance in the order of the columns. Raises InvalidInput."""
        if type(instance) is dict:
            self._check_names(field, instance)
            return self._read(f"{field}.{{name}}", [instance[name] for name in self.names])
        if type(instance) is not list or len(instance) != len(self.columns):
            found = Described(f"a list of {len(instance)}") if type(instance) is list else instance
            expected = f"a list of {len(self.columns)} values or an object: {self._listed}"
            raise InvalidInput(field, found, expected)
        return self._read(f"{field}[{{index}}]", instance)

    def _read(self, place: str, given: list[Any]) -> list[Any]:
        """Return the values of all columns; place: the field of one, by its `name` or `index`."""
        values = []
        for column, value in zip(self.columns, given, strict=True):
            try:
                values.append(column.read(value))
            except InvalidInput as error:
                field = place.format(name=column.name, index=len(values))
                raise InvalidInput(field, value, error.expected) from error
        return values

    def _check_names(self, field: str, instance: dict[str, Any]) -> None:
        if len(instance) == len(self.columns) and all(name in instance for name in self.names):
            return
        known = set(self.names)
        for name in instance:
            if name not in known:
                expected = f"no such column; known are {self._listed}"
                # Not the value, which may be whom the row is about.
                kind = Described(type(instance[name]).__name__)
                raise InvalidInput(f"{field}.{name}", kind, expected)
        missing = next(column for column in self.columns if column.name not in instance)
        raise InvalidInput(f"{field}.{missing.name}", NOTHING, missing.expected)

    @property
    def _listed(self) -> str:
        more = f", … ({len(self.names)} in all)" if len(self.names) > NAMED else ""
        return ", ".join(self.names[:NAMED]) + more

    def stored(self, instance: Any, *, sent: bytes | None = None) -> bytes:
        """Return an instance as an object by name, so that swapped columns cannot hide."""
        if type(instance) is list:
            return orjson.dumps(dict(zip(self.names, instance, strict=True)))
        return orjson.dumps({name: instance[name] for name in self.names})

    def instance(self, row: Rows) -> Any:
        """Return a row as a client would send it; what the model does not get is missing."""
        cells = zip(self.modelled, row.tolist(), strict=True)
        known = {column.name: column.value(code) for column, code in cells}
        return {name: known.get(name) for name in self.names}

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

        return pyarrow.schema([(column.name, column.arrow_type()) for column in self.columns])

    def to_arrow(self, instances: Sequence[Any]) -> "pyarrow.Table":
        """Return instances as a table: categories are words, missing values are null."""
        import pyarrow

        rows = [self._values(f"{FIELD}[{index}]", each) for index, each in enumerate(instances)]
        schema = self.arrow_schema()
        columns = zip(*rows, strict=True) if rows else [[] for _ in self.columns]
        arrays = [
            pyarrow.array(values, field.type) for values, field in zip(columns, schema, strict=True)
        ]
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
            for column in self.columns
        ]
        return pyarrow.table(arrays, schema=self.arrow_schema())

    def identities(self, table: "pyarrow.Table") -> NDArray[np.uint64]:
        """Return the digest of each row's values; the time is none of them."""
        found = select(table, self.arrow_schema())
        values = (column.keys(found.column(column.name)) for column in self.modelled)
        contents = (orjson.dumps(row) for row in zip(*values, strict=True))
        return np.fromiter(map(digest_bytes, contents), np.uint64, len(table))

    def checks(self, table: "pyarrow.Table") -> Iterator[Check]:
        """Yield the rules on each column."""
        found = select(table, self.arrow_schema())
        for column in self.columns:
            values = found.column(column.name)
            for rule, bad in column.checks(values):
                yield Check(column.name, rule, bad, partial(_value, values))

    def novel(self, table: "pyarrow.Table", known: "pyarrow.Table") -> Iterator[Check]:
        """Yield a rule for each column of categories: the known rows have the row's category."""
        for column in self.modelled:
            if isinstance(column, CategoryColumn):
                values = table.column(column.name)
                codes = column.codes(values), column.codes(known.column(column.name))
                bad = ~np.isin(*codes) & ~np.isnan(codes[0])
                rule = "a category of the training rows"
                yield Check(column.name, rule, bad, partial(_value, values))

    def feed(self, rows: Rows, rank: int) -> Rows:
        """Return rows as they are."""
        return rows

    @cached_property
    def _categories(self) -> dict[str, tuple[str, ...] | None]:
        return {column.name: column.categories for column in self.modelled}

    def expected_arrays(self) -> dict[str, Expected]:
        """Return the types and shapes of the fitted arrays."""
        return TableSignals.expected(self._categories)

    def fit_signals(self, rows: Rows) -> Arrays:
        """Return the arrays of the signals, fitted to rows."""
        return TableSignals.fit(self._categories, rows)

    def signals(self, arrays: Arrays) -> TableSignals:
        """Return the signals with fitted arrays."""
        return TableSignals(self._categories, arrays)


def _shown(value: float | str | None) -> str:
    if value is None:
        return MISSING
    return f"{value:g}" if isinstance(value, float) else value


def _value(column: "pyarrow.ChunkedArray", row: int) -> Any:
    return column[row].as_py()


KIND: type[InputKind] = TableInput
