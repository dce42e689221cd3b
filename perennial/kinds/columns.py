"""The columns of a table: numbers, categories, and the time that orders rows."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from perennial.digest import digest_bytes
from perennial.errors import InvalidField, InvalidInput
from perennial.kinds.limits import Limits
from perennial.kinds.normal_form import normal_form
from perennial.kinds.reading import LARGEST, number, text
from perennial.kinds.record import Name, Record
from perennial.kinds.sensitive import SensitiveColumn
from perennial.signals.bins import MISSING, OTHER

if TYPE_CHECKING:
    import pyarrow

Floats32 = NDArray[np.float32]
# A rule, and whether each value breaks it.
Broken = tuple[str, NDArray[np.bool_]]
UNKNOWN = "something new"


class NumberColumn(Limits):
    """A number, or null where it is missing; missing: whether that is valid in training.

    watched: whether its drift counts; not where a clock tells it, such as an hour.
    """

    name: Name
    kind: Literal["number"] = "number"
    missing: bool = True
    watched: bool = True
    categories: ClassVar[None] = None

    @cached_property
    def expected(self) -> str:
        """What a client may send."""
        return f"a number or null for column {self.name!r}"

    def read(self, value: Any) -> float | None:
        """Return a client's value. Raises InvalidInput."""
        return None if value is None else number(self.name, value, self.expected)

    def code(self, value: float | None) -> float:
        """Return what the model gets for a value."""
        return math.nan if value is None else value

    def value(self, code: float) -> float | None:
        """Return the value of a model's number."""
        return None if math.isnan(code) else code

    def arrow_type(self) -> "pyarrow.DataType":
        """Return the type of the column."""
        import pyarrow

        return pyarrow.float64()

    def codes(self, column: "pyarrow.ChunkedArray") -> Floats32:
        """Return what the model gets for a column; too large numbers are infinite."""
        with np.errstate(over="ignore"):
            codes: Floats32 = column.to_numpy().astype(np.float32)
        return codes

    def keys(self, column: "pyarrow.ChunkedArray") -> NDArray[np.uint64]:
        """Return numbers that are equal where the values are: NaN is missing, -0.0 is 0.0."""
        values = column.to_numpy().astype(np.float64) + 0.0
        values[np.isnan(values)] = np.nan  # of the many, this one
        found: NDArray[np.uint64] = values.view(np.uint64)
        return found

    def broken(self, values: NDArray[np.floating]) -> Iterator[Broken]:
        """Yield each rule with the values that break it."""
        if not self.missing:
            yield "no missing values", np.isnan(values)
        yield "finite numbers of float32", np.abs(values) > LARGEST
        yield from super().broken(values)

    def checks(self, column: "pyarrow.ChunkedArray") -> Iterator[Broken]:
        """Yield each rule with the rows that break it."""
        yield from self.broken(column.to_numpy())

    def novel(self, codes: Floats32, known: Floats32) -> Broken:
        """Return the rule for rows to test on, given those to train on, and the rows that break it.

        Of a number that is missing in all of these, such as one of a new sensor, nothing is learnt.

        >>> rows, gaps = np.array([1, np.nan], np.float32), np.full(3, np.nan, np.float32)
        >>> [NumberColumn(name="a").novel(rows, known)[1].tolist() for known in (gaps, rows)]
        [[True, False], [False, False]]
        """
        return "a number among the training rows too", ~np.isnan(codes) & np.isnan(known).all()

    def example(self, random: np.random.Generator) -> float | None:
        """Return a value within the limits, now and then none."""
        if self.missing and random.random() < 0.1:
            return None
        low = -9.0 if self.low is None else self.low
        high = low + 20 if self.high is None else self.high
        drawn = float(random.uniform(low, high))
        return float(math.ceil(drawn)) if self.whole else drawn


class CategoryColumn(Record):
    """A string, or null where it is missing; a string not in the categories counts as `other`.

    The model receives a category's index, and for any other string the index after the last.
    missing, others: whether a missing value, and a string not in the categories, is valid in
    training.
    watched: whether its drift counts; not where a clock tells it, such as a weekday.
    """

    name: Name
    kind: Literal["category"] = "category"
    categories: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)
    missing: bool = True
    others: bool = True
    watched: bool = True

    @model_validator(mode="after")
    def _check(self) -> "CategoryColumn":
        taken = [*self.categories, OTHER, MISSING]
        if len(set(taken)) < len(taken):
            expected = f"distinct ones, none of them {OTHER!r} or {MISSING!r}"
            raise InvalidField("categories", self.categories, expected)
        return self

    @cached_property
    def indices(self) -> dict[str, int]:
        """The index of each category."""
        return {category: index for index, category in enumerate(self.categories)}

    @cached_property
    def _longest(self) -> int:
        """Characters of a text that may be a category, in another form and with spaces."""
        return 4 * max(map(len, self.categories)) + 20

    @cached_property
    def expected(self) -> str:
        """What a client may send."""
        return f"a string or null for column {self.name!r}"

    def read(self, value: Any) -> str | None:
        """Return a client's value, as the category that it is but for its spaces and Unicode form.

        As `make task` reads files: who types "Köln " or sends what macOS writes means "Köln".
        Raises InvalidInput.
        """
        if value is None:
            return None
        given = text(self.name, value, self.expected)
        if given in self.indices or len(given) > self._longest:
            return given
        plain = normal_form(given.strip(), "NFC")
        return plain if plain in self.indices else given

    def code(self, value: str | None) -> float:
        """Return what the model gets for a value."""
        return math.nan if value is None else self.indices.get(value, len(self.categories))

    def value(self, code: float) -> str | None:
        """Return the value of a model's number; of an unknown string no more is known."""
        if math.isnan(code):
            return None
        return self.categories[int(code)] if 0 <= code < len(self.categories) else OTHER

    def arrow_type(self) -> "pyarrow.DataType":
        """Return the type of the column."""
        import pyarrow

        return pyarrow.string()

    def codes(self, column: "pyarrow.ChunkedArray") -> Floats32:
        """Return what the model gets for a column."""
        import pyarrow
        import pyarrow.compute

        known = pyarrow.array(self.categories, pyarrow.string())
        found = pyarrow.compute.index_in(column, value_set=known).fill_null(len(known))
        codes: Floats32 = found.to_numpy().astype(np.float32)
        codes[column.is_null().to_numpy()] = np.nan
        return codes

    def keys(self, column: "pyarrow.ChunkedArray") -> NDArray[np.uint64]:
        """Return numbers that are equal where the words are, whether they are categories or not."""
        coded = column.combine_chunks().dictionary_encode()
        words = coded.dictionary.to_pylist()
        # A missing word has the number after those of the others.
        digests = np.array([*(digest_bytes(word.encode()) for word in words), 0], np.uint64)
        found: NDArray[np.uint64] = digests[coded.indices.fill_null(len(words)).to_numpy()]
        return found

    def checks(self, column: "pyarrow.ChunkedArray") -> Iterator[Broken]:
        """Yield each rule with the rows that break it."""
        codes = self.codes(column)
        if not self.missing:
            yield "no missing values", np.isnan(codes)
        if not self.others:
            yield f"one of {len(self.categories)} categories", codes == len(self.categories)

    def novel(self, codes: Floats32, known: Floats32) -> Broken:
        """Return the rule for rows to test on, given those to train on, and the rows that break it.

        Of a category that the model never saw it cannot have learned anything.
        """
        return "a category of the training rows", ~np.isin(codes, known) & ~np.isnan(codes)

    def example(self, random: np.random.Generator) -> str | None:
        """Return a category, now and then an unknown one or none."""
        drawn = int(random.integers(0, len(self.categories) + 2))
        return (*self.categories, UNKNOWN, None)[drawn]


class TimeColumn(Record):
    """The time of a row, in ISO 8601; it orders rows, and the model does not get it.

    A time without an offset is UTC.  missing: whether that is valid in training.
    """

    name: Name
    kind: Literal["time"] = "time"
    missing: bool = True

    @cached_property
    def expected(self) -> str:
        """What a client may send."""
        return f"a time such as '2026-11-21T10:00:00Z', or null, for column {self.name!r}"

    def read(self, value: Any) -> datetime | None:
        """Return a client's value, in UTC. Raises InvalidInput."""
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(text(self.name, value, self.expected))
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise InvalidInput(self.name, value, self.expected) from error

    def arrow_type(self) -> "pyarrow.DataType":
        """Return the type of the column."""
        import pyarrow

        return pyarrow.timestamp("us", tz="UTC")

    def checks(self, column: "pyarrow.ChunkedArray") -> Iterator[Broken]:
        """Yield each rule with the rows that break it."""
        if not self.missing:
            yield "no missing values", column.is_null().to_numpy()

    def example(self, random: np.random.Generator) -> str:
        """Return a time of the year 2026."""
        seconds = datetime(2026, 1, 1, tzinfo=UTC).timestamp() + int(random.integers(0, 31_536_000))
        return datetime.fromtimestamp(seconds, UTC).isoformat()


Column = Annotated[
    NumberColumn | CategoryColumn | TimeColumn | SensitiveColumn, Field(discriminator="kind")
]
