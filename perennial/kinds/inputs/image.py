"""Images: nested lists of numbers, shape (height, width) or (height, width, channels), or files."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from math import prod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import Field, model_validator

from perennial.digest import digest
from perennial.errors import Described, InvalidField, InvalidInput
from perennial.kinds.arrow import filled, select, to_numpy
from perennial.kinds.check import Check
from perennial.kinds.input_kind import FIELD, InputKind, Modelled
from perennial.kinds.limits import Limits
from perennial.kinds.pictures import BRIGHTEST, DARKEST, Jpeg, Png, sent_picture
from perennial.kinds.reading import number
from perennial.kinds.sensitive import Pseudonym, Sensitive
from perennial.plural import plural
from perennial.signals.arrays import Arrays, Expected
from perennial.signals.extraction import Rows
from perennial.signals.image import BLOCKS, ImageSignals

if TYPE_CHECKING:
    import pyarrow

COLUMN = "input"
BYTES = 32  # of a number as JSON, its comma and brackets included; a float has at most 24 digits
CELLS = 4_000_000  # checked at a time, which bounds the memory for any number of rows
Number = Annotated[float, Field(allow_inf_nan=False)]


class ImageInput(Limits):
    """An image of a shape; the limits are those of its pixels.

    Where these are 0 and 255, and it is grey or has three colours, it may be a PNG or JPEG file.
    """

    kind: Literal["image"] = "image"
    shape: tuple[Annotated[int, Field(gt=0)], ...]
    dtype: ClassVar[str] = "float32"
    plain: ClassVar[bool] = True
    modelled: ClassVar[tuple[Modelled, ...]] = ()
    sensitive: ClassVar[Mapping[str, Sensitive]] = {}
    repeats: ClassVar[bool] = False
    time: ClassVar[None] = None
    tensor: ClassVar[str] = "tensor(float)"
    instance_type: ClassVar[Any] = Annotated[
        list[list[Number]] | list[list[list[Number]]] | Png | Jpeg,
        Field(
            title="Image",
            description="A list of rows of pixels; a pixel is a finite number, or a list of "
            "channels. Or a file, if pixels are grey or have three colours, from 0 to 255.",
        ),
    ]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.shape) not in (2, 3) or min(self.shape[:2]) < BLOCKS:
            expected = f"height and width of at least {BLOCKS}, and channels if there are any"
            raise InvalidField("shape", self.shape, expected)
        return self

    @classmethod
    def example(cls) -> Self:
        """Return a small grey image."""
        return cls(shape=(4, 5), low=0, high=16)

    def examples(self, count: int, seed: int) -> list[Any]:
        """Return images of whole numbers and fractions from 0 to 16."""
        random = np.random.default_rng(seed)
        values = random.integers(0, 65, (count, *self.shape)) / 4
        return list(values.tolist())

    @cached_property
    def numbers(self) -> int:
        """How many numbers a row has."""
        return prod(self.shape)

    @cached_property
    def pictured(self) -> bool:
        """Whether an instance may be a file: its pixels are those of one."""
        pixels = (self.low, self.high) == (DARKEST, BRIGHTEST)
        return pixels and self.shape[2:] in ((), (1,), (3,))

    def read(self, instances: Sequence[Any]) -> Rows:
        """Return the rows of instances, shape (instances, *shape)."""
        rows = [self._row(f"{FIELD}[{index}]", each) for index, each in enumerate(instances)]
        return np.array(rows, np.float32).reshape(len(instances), *self.shape)

    def _row(self, field: str, instance: Any) -> Any:
        if self.pictured and type(instance) is dict:
            return sent_picture(field, instance, self.shape)
        self._check_part(field, instance, self.shape)
        return instance

    def _check_part(self, field: str, value: Any, shape: tuple[int, ...]) -> None:
        if not shape:
            number(field, value)
            return
        if type(value) is not list or len(value) != shape[0]:
            found = Described(f"a list of {len(value)}") if type(value) is list else value
            expected = f"a list of {shape[0]} {'numbers' if len(shape) == 1 else 'lists'}"
            whole = f"(an instance has shape {list(self.shape)})"
            raise InvalidInput(field, found, f"{expected} {whole}")
        for index, part in enumerate(value):
            self._check_part(f"{field}[{index}]", part, shape[1:])

    def stored(
        self, instance: Any, *, sent: bytes | None = None, pseudonym: Pseudonym | None = None
    ) -> bytes:
        """Return an instance as compact JSON; as it was sent, unless that is needlessly long."""
        if sent is not None and len(sent) <= BYTES * self.numbers:
            return sent
        return orjson.dumps(instance)

    def instance(self, row: Rows) -> Any:
        """Return a row as a client would send it."""
        return row.tolist()

    def shown(self, row: Rows) -> str:
        """Return the pixels."""
        return " ".join(f"{pixel:g}" for pixel in row.ravel().tolist())

    def pictures(self, rows: Rows) -> Rows | None:
        """Return grey and colour images; other numbers of channels cannot be drawn."""
        if len(self.shape) == 3 and self.shape[2] == 1:
            return rows[..., 0]
        return rows if self.shape[2:] in ((), (3,)) else None

    def arrow_schema(self) -> "pyarrow.Schema":
        """Return one column of flat lists."""
        import pyarrow

        return pyarrow.schema([(COLUMN, pyarrow.list_(pyarrow.float32()))])

    def to_arrow(self, instances: Sequence[Any]) -> "pyarrow.Table":
        """Return instances as a table."""
        return self.arrow_of(self.read(instances))

    def arrow_of(self, rows: Rows) -> "pyarrow.Table":
        """Return rows as a table, with 0.0 for -0.0: equal rows have equal bytes."""
        import pyarrow

        flat = rows.astype(np.float32, copy=False).ravel() + np.float32(0)
        ends = np.arange(len(rows) + 1, dtype=np.int32) * self.numbers
        # From buffers, since pyarrow.array imports pandas.
        values = pyarrow.Array.from_buffers(
            pyarrow.float32(), len(flat), [None, pyarrow.py_buffer(flat)]
        )
        lists = pyarrow.Array.from_buffers(
            pyarrow.list_(pyarrow.float32()),
            len(rows),
            [None, pyarrow.py_buffer(ends)],
            children=[values],
        )
        return pyarrow.table([lists], schema=self.arrow_schema())

    def from_arrow(self, table: "pyarrow.Table") -> Rows:
        """Return the rows of a table."""
        column = filled(self._column(table), COLUMN)
        lengths = _lengths(column)
        wrong = np.flatnonzero(lengths != self.numbers)
        if len(wrong):
            found = Described(plural(int(lengths[wrong[0]]), "value"))
            field = f"column {COLUMN}, row {wrong[0]}"
            raise InvalidField(field, found, f"{self.numbers}, for the shape {self.shape}")
        return _flat(column).reshape(len(column), *self.shape)

    def _column(self, table: "pyarrow.Table") -> "pyarrow.ChunkedArray":
        return select(table, self.arrow_schema()).column(COLUMN)

    def identities(self, table: "pyarrow.Table") -> NDArray[np.uint64]:
        """Return the digest of each row's pixels."""
        column = self._column(table)
        rows = np.split(_flat(column), np.cumsum(_lengths(column))[:-1]) if len(column) else []
        return np.fromiter(map(digest, rows), np.uint64, len(rows))

    def checks(self, table: "pyarrow.Table") -> Iterator[Check]:
        """Yield the rules on pixels: there are as many as it takes, none missing, all in limits."""
        column = self._column(table)
        lengths = _lengths(column)
        right = lengths == self.numbers
        rule = plural(self.numbers, "value")
        yield Check(COLUMN, rule, ~right, lambda row: plural(int(lengths[row]), "value"))
        flat = _flat(column)[np.repeat(right, lengths)].reshape(-1, self.numbers)
        places = np.flatnonzero(right)
        for rule in self._broken(flat[:0]):
            bad = np.zeros(len(column), np.bool_)
            step = max(1, CELLS // self.numbers)
            for start in range(0, len(flat), step):
                part = self._broken(flat[start : start + step])[rule]
                bad[places[start : start + step]] = part.any(axis=1)
            yield Check(COLUMN, rule, bad, partial(self._value, flat, places, rule))

    def _value(self, flat: Rows, places: NDArray[np.int64], rule: str, row: int) -> str:
        """Return the first pixel of a row that breaks a rule; places: the rows that flat holds."""
        values = flat[np.searchsorted(places, row)]
        first = int(np.flatnonzero(self._broken(values)[rule])[0])
        cell = tuple(int(index) for index in np.unravel_index(first, self.shape))
        return f"{values[first]} at {cell}"

    def _broken(self, values: Rows) -> dict[str, NDArray[np.bool_]]:
        return {"no missing values": np.isnan(values), **dict(self.broken(values))}

    def novel(self, table: "pyarrow.Table", known: "pyarrow.Table") -> Iterator[Check]:
        """Yield nothing: any row may have values that no other has."""
        yield from ()

    def feed(self, rows: Rows, rank: int) -> Rows:
        """Return rows as they are."""
        return rows

    def expected_arrays(self) -> dict[str, Expected]:
        """Return the types and shapes of the fitted arrays."""
        return ImageSignals.expected(self.shape)

    def fit_signals(self, rows: Rows) -> Arrays:
        """Return the arrays of the signals, fitted to rows."""
        return ImageSignals.fit(rows)

    def signals(self, arrays: Arrays) -> ImageSignals:
        """Return the signals with fitted arrays."""
        return ImageSignals(self.shape, arrays)


def _lengths(column: "pyarrow.ChunkedArray") -> NDArray[np.int64]:
    """Return how many values each list has, 0 where it is missing."""
    import pyarrow.compute

    lengths = to_numpy(pyarrow.compute.list_value_length(column.combine_chunks()))
    whole: NDArray[np.int64] = np.nan_to_num(lengths).astype(np.int64)
    return whole


def _flat(column: "pyarrow.ChunkedArray") -> Rows:
    """Return the values of all lists, one after the other."""
    return to_numpy(column.combine_chunks().flatten())


KIND: type[InputKind] = ImageInput
