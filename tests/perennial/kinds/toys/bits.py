"""A toy kind of input: strings of zeros and ones of a fixed length, such as `0110`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
import orjson
from numpy.typing import NDArray
from pydantic import Field

from perennial.digest import digests
from perennial.errors import InvalidInput
from perennial.kinds.arrow import select
from perennial.kinds.check import Check
from perennial.kinds.input_kind import FIELD, InputKind, Modelled
from perennial.kinds.record import Record
from perennial.kinds.sensitive import Pseudonym, Sensitive
from perennial.signals.arrays import Arrays, Expected
from perennial.signals.extraction import Rows

if TYPE_CHECKING:
    import pyarrow


class BitsInput(Record):
    """The model receives float32, shape (rows, size)."""

    kind: Literal["bits"] = "bits"
    size: int = Field(gt=0)
    dtype: ClassVar[str] = "float32"
    plain: ClassVar[bool] = False
    modelled: ClassVar[tuple[Modelled, ...]] = ()
    sensitive: ClassVar[Mapping[str, Sensitive]] = {}
    repeats: ClassVar[bool] = False
    time: ClassVar[None] = None
    tensor: ClassVar[str] = "tensor(float)"
    instance_type: ClassVar[Any] = Annotated[str, Field(title="Bits", pattern="^[01]+$")]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a row."""
        return (self.size,)

    @property
    def numbers(self) -> int:
        """How many numbers a row has."""
        return self.size

    @classmethod
    def example(cls) -> Self:
        """Return eight bits."""
        return cls(size=8)

    def examples(self, count: int, seed: int) -> list[Any]:
        """Return random bits."""
        bits = np.random.default_rng(seed).integers(0, 2, (count, self.size)).tolist()
        return ["".join(map(str, row)) for row in bits]

    def read(self, instances: Sequence[Any]) -> Rows:
        """Return the rows of instances."""
        for index, instance in enumerate(instances):
            if type(instance) is not str or len(instance) != self.size or set(instance) - {*"01"}:
                raise InvalidInput(f"{FIELD}[{index}]", instance, f"{self.size} bits")
        rows = [[float(bit) for bit in instance] for instance in instances]
        return np.array(rows, np.float32).reshape(len(rows), self.size)

    def stored(
        self, instance: Any, *, sent: bytes | None = None, pseudonym: Pseudonym | None = None
    ) -> bytes:
        """Return an instance as JSON."""
        return orjson.dumps(instance)

    def instance(self, row: Rows) -> Any:
        """Return a row as a client would send it."""
        return "".join(str(int(bit)) for bit in row)

    def shown(self, row: Rows) -> str:
        """Return the bits."""
        return str(self.instance(row))

    def pictures(self, rows: Rows) -> None:
        """Return that bits are no picture."""

    def arrow_schema(self) -> "pyarrow.Schema":
        """Return one column of strings."""
        import pyarrow

        return pyarrow.schema([("bits", pyarrow.string())])

    def to_arrow(self, instances: Sequence[Any]) -> "pyarrow.Table":
        """Return instances as a table."""
        return self.arrow_of(self.read(instances))

    def arrow_of(self, rows: Rows) -> "pyarrow.Table":
        """Return rows as a table."""
        import pyarrow

        bits = pyarrow.array([self.instance(row) for row in rows], pyarrow.string())
        return pyarrow.table([bits], self.arrow_schema())

    def from_arrow(self, table: "pyarrow.Table") -> Rows:
        """Return the rows of a table."""
        return self.read(select(table, self.arrow_schema()).column("bits").to_pylist())

    def identities(self, table: "pyarrow.Table") -> NDArray[np.uint64]:
        """Return the digest of each row."""
        return digests(self.from_arrow(table))

    def checks(self, table: "pyarrow.Table") -> Iterator[Check]:
        """Yield the one rule: some bit is set."""
        rows = self.from_arrow(table)
        bad = np.array([not row.any() for row in rows], np.bool_)
        yield Check("bits", "not all zero", bad, lambda row: rows[row])

    def novel(self, table: "pyarrow.Table", known: "pyarrow.Table") -> Iterator[Check]:
        """Yield nothing: any bits may be new."""
        yield from ()

    def feed(self, rows: Rows, rank: int) -> Rows:
        """Return rows as they are."""
        return rows

    def expected_arrays(self) -> dict[str, Expected]:
        """Return the shape of the usual row."""
        return {"usual": Expected("float32", (self.size,))}

    def fit_signals(self, rows: Rows) -> Arrays:
        """Return the usual row."""
        return {"usual": rows.mean(axis=0, dtype=np.float32)}

    def signals(self, arrays: Arrays) -> "BitsSignals":
        """Return the signals with a fitted usual row."""
        return BitsSignals(arrays["usual"])


class BitsSignals:
    """How many bits are set, how far a row is from the usual one, and its first bit."""

    def __init__(self, usual: NDArray[np.float32]) -> None:
        self.categories: dict[str, tuple[str, ...]] = {"first": ("zero", "one", "other", "missing")}
        self._usual = usual

    def extract(self, rows: Rows) -> dict[str, NDArray[Any]]:
        """Return every signal of a batch."""
        distance = np.abs(rows - self._usual).sum(axis=1)
        return {"set": rows.sum(axis=1), "distance": distance, "first": rows[:, 0].astype(np.int64)}


KIND: type[InputKind] = BitsInput
