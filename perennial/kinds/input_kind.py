"""The interface of a kind of input."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.check import Check
from perennial.kinds.sensitive import Pseudonym, Sensitive
from perennial.signals.extraction import Rows, Source

if TYPE_CHECKING:
    import pyarrow

# The field of a request that holds the instances.
FIELD = "instances"


class Modelled(Protocol):
    """A column of a table that the model gets; categories: None for numbers."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def categories(self) -> tuple[str, ...] | None:
        """Its categories, whose indices the model gets; one more is any other string."""


class InputKind(Source, Protocol):
    """One model's input: the schema in the manifest, and everything that follows from it.

    An *instance* is one input as a client sends it, in JSON. A *row* is what the model gets for
    it: an array of `dtype` and of `shape`. Between the two, rows travel as Arrow.
    """

    # The type of an instance, for the documentation of the API.
    instance_type: ClassVar[Any]
    # ONNX Runtime's name for the type of the model's input.
    tensor: ClassVar[str]

    @property
    def kind(self) -> str:
        """The name of the kind, as the manifest has it."""

    @property
    def plain(self) -> bool:
        """Whether numpy may read lists of instances: they hold numbers only, none missing."""

    @property
    def modelled(self) -> Sequence[Modelled]:
        """The columns of a row, one for each of its values; none where values have no names."""

    @property
    def sensitive(self) -> Mapping[str, Sensitive]:
        """What an instance may have that is never stored as it was sent: names, with `hash` or
        `drop`. Neither rows nor Arrow have any of it, so the model learns nothing from it.
        """

    @property
    def repeats(self) -> bool:
        """Whether equal rows are different observations, as in a table of few values.

        If not, an equal row is the same one sent again, as a photograph is.
        """

    @property
    def time(self) -> str | None:
        """The Arrow column with the time of a row, which orders rows; None if they have none."""

    @property
    def numbers(self) -> int:
        """How many numbers cost as much to count as one row."""

    @classmethod
    def example(cls) -> Self:
        """Return a small input of this kind, to hold the kind's promises against."""

    def examples(self, count: int, seed: int) -> list[Any]:
        """Return instances made at random; the same seed gives the same ones."""

    def model_dump(self, *, mode: str = "python") -> dict[str, Any]:
        """Return the schema for the manifest; every pydantic record has this method."""

    def read(self, instances: Sequence[Any]) -> Rows:
        """Return the rows of instances, shape (instances, *shape).

        Raises InvalidInput, naming the value such as `instances[3][0]`.
        """

    def stored(
        self, instance: Any, *, sent: bytes | None = None, pseudonym: Pseudonym | None = None
    ) -> bytes:
        """Return a valid instance as compact JSON, which `read` and `to_arrow` understand.

        Of sensitive columns it has what `pseudonym` gives, or nothing.
        sent: the same instance as its client wrote it, without white space, if that is at hand.
        """

    def instance(self, row: Rows) -> Any:
        """Return a row as a client would send it."""

    def shown(self, row: Rows) -> str:
        """Return a row as a person reads it, on one line of any length."""

    def pictures(self, rows: Rows) -> Rows | None:
        """Return rows as pictures to draw, shape (rows, height, width) or with 3 colours last.

        None where they are none.
        """

    def arrow_schema(self) -> "pyarrow.Schema":
        """Return the columns in which rows travel."""

    def to_arrow(self, instances: Sequence[Any]) -> "pyarrow.Table":
        """Return instances as a table. Raises InvalidInput as `read` does."""

    def from_arrow(self, table: "pyarrow.Table") -> Rows:
        """Return the rows of a table, the same as `read` gives for the instances in it.

        Raises InvalidField for a column that is missing, twice, or of another type, and for a
        value that no row can have. `identities` and `checks` take such values.
        """

    def arrow_of(self, rows: Rows) -> "pyarrow.Table":
        """Return rows as a table; what the model does not get is missing in it."""

    def identities(self, table: "pyarrow.Table") -> NDArray[np.uint64]:
        """Return a number per row, computed from its content: equal for equal rows."""

    def checks(self, table: "pyarrow.Table") -> Iterator[Check]:
        """Yield each rule that rows to train on must follow, with the rows that break it."""

    def novel(self, table: "pyarrow.Table", known: "pyarrow.Table") -> Iterator[Check]:
        """Yield each rule that rows to test on should follow, given the rows to train on.

        A category that the model never saw is one that it cannot have learned.
        """

    def feed(self, rows: Rows, rank: int) -> NDArray[Any]:
        """Return rows as the model takes them; rank: number of dimensions of its input."""
