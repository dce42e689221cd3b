"""Texts: strings with a maximum length."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import Field

from perennial.digest import digest_bytes
from perennial.errors import Described, InvalidInput
from perennial.kinds.arrow import filled, select
from perennial.kinds.check import Check
from perennial.kinds.cleaning import Step, cleaned
from perennial.kinds.input_kind import FIELD, InputKind, Modelled
from perennial.kinds.reading import text
from perennial.kinds.record import Record
from perennial.kinds.sensitive import Pseudonym, Sensitive
from perennial.signals.arrays import Arrays, Expected
from perennial.signals.extraction import Rows
from perennial.signals.text import TextSignals

if TYPE_CHECKING:
    import pyarrow

COLUMN = "input"
WORDS = ("the", "price", "of", "rain", "naïve", "Zürich", "語", "🙂", "x7", "don't", '"so"')


class TextInput(Record):
    """A string with a maximum length.

    The model receives a tensor of strings, shape (rows,) or (rows, 1), each after the steps of
    `cleaning`. What is stored, watched and told apart is the text as it was sent.
    """

    kind: Literal["text"] = "text"
    max_characters: int = Field(default=10_000, gt=0)
    cleaning: tuple[Step, ...] = ()
    shape: ClassVar[tuple[int, ...]] = ()
    dtype: ClassVar[str] = "object"
    plain: ClassVar[bool] = False
    modelled: ClassVar[tuple[Modelled, ...]] = ()
    sensitive: ClassVar[Mapping[str, Sensitive]] = {}
    repeats: ClassVar[bool] = True
    time: ClassVar[None] = None
    tensor: ClassVar[str] = "tensor(string)"
    numbers: ClassVar[int] = 256
    instance_type: ClassVar[Any] = Annotated[str, Field(title="Text", description="A text.")]

    @classmethod
    def example(cls) -> Self:
        """Return texts of up to 200 characters."""
        return cls(max_characters=200)

    def examples(self, count: int, seed: int) -> list[Any]:
        """Return a few words each, in several scripts; the first is empty."""
        random = np.random.default_rng(seed)
        sizes = [0, *random.integers(1, 12, max(0, count - 1)).tolist()][:count]
        texts = (" ".join(random.choice(WORDS, size).tolist()) for size in sizes)
        return [text[: self.max_characters] for text in texts]

    def read(self, instances: Sequence[Any]) -> Rows:
        """Return the texts of instances, shape (instances,)."""
        rows = np.empty(len(instances), dtype=object)
        rows[:] = [self._read(f"{FIELD}[{index}]", value) for index, value in enumerate(instances)]
        return rows

    def _read(self, field: str, value: Any) -> str:
        expected = f"a string of at most {self.max_characters} characters"
        found = text(field, value, expected)
        if len(found) > self.max_characters:
            raise InvalidInput(field, Described(f"a string of {len(found)}"), expected)
        return found

    def stored(
        self, instance: Any, *, sent: bytes | None = None, pseudonym: Pseudonym | None = None
    ) -> bytes:
        """Return an instance as JSON."""
        return orjson.dumps(instance)

    def instance(self, row: Rows) -> Any:
        """Return a row as a client would send it."""
        return str(row)

    def shown(self, row: Rows) -> str:
        """Return the text on one line."""
        return " ".join(str(row).split())

    def pictures(self, rows: Rows) -> None:
        """Return that a text is no picture."""

    def arrow_schema(self) -> "pyarrow.Schema":
        """Return one column of strings."""
        import pyarrow

        return pyarrow.schema([(COLUMN, pyarrow.string())])

    def to_arrow(self, instances: Sequence[Any]) -> "pyarrow.Table":
        """Return instances as a table."""
        return self.arrow_of(self.read(instances))

    def arrow_of(self, rows: Rows) -> "pyarrow.Table":
        """Return rows as a table."""
        import pyarrow

        texts = pyarrow.array(rows.tolist(), pyarrow.string())
        return pyarrow.table([texts], schema=self.arrow_schema())

    def from_arrow(self, table: "pyarrow.Table") -> Rows:
        """Return the texts of a table."""
        texts = filled(self._column(table), COLUMN).to_pylist()
        rows = np.empty(len(texts), dtype=object)
        rows[:] = texts
        return rows

    def identities(self, table: "pyarrow.Table") -> NDArray[np.uint64]:
        """Return the digest of each text."""
        contents = (orjson.dumps(text) for text in self._column(table).to_pylist())
        return np.fromiter(map(digest_bytes, contents), np.uint64, len(table))

    def _column(self, table: "pyarrow.Table") -> "pyarrow.ChunkedArray":
        return select(table, self.arrow_schema()).column(COLUMN)

    def checks(self, table: "pyarrow.Table") -> Iterator[Check]:
        """Yield the rules on texts: not blank, and not longer than a request's may be."""
        texts = self._column(table).to_pylist()
        lengths = np.array([len(text or "") for text in texts], np.int64)
        blank = np.array([not (text or "").strip() for text in texts], np.bool_)
        rule = f"at most {self.max_characters} characters"
        yield Check(COLUMN, "not blank", blank, lambda row: repr(texts[row]))
        yield Check(COLUMN, rule, lengths > self.max_characters, lambda row: lengths[row])

    def novel(self, table: "pyarrow.Table", known: "pyarrow.Table") -> Iterator[Check]:
        """Yield nothing: any row may have values that no other has."""
        yield from ()

    def feed(self, rows: Rows, rank: int) -> Rows:
        """Return cleaned texts, in a column where the model takes one, as converted models do."""
        texts = rows
        if self.cleaning:
            texts = np.empty(len(rows), dtype=object)
            texts[:] = [cleaned(text, self.cleaning) for text in rows.tolist()]
        return texts[:, None] if rank == 2 else texts

    def expected_arrays(self) -> dict[str, Expected]:
        """Return the types and shapes of the fitted arrays."""
        return TextSignals.expected()

    def fit_signals(self, rows: Rows) -> Arrays:
        """Return the arrays of the signals, fitted to rows."""
        return TextSignals.fit(rows)

    def signals(self, arrays: Arrays) -> TextSignals:
        """Return the signals with fitted arrays."""
        return TextSignals(arrays)


KIND: type[InputKind] = TextInput
