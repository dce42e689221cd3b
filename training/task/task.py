"""The interface of a task: its rows, the kinds of input and output, the schema of valid rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.input_kind import InputKind
from perennial.kinds.output_kind import OutputKind
from training.task.schema import Schema

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True)
class Rows:
    """Labelled rows.

    table: in the columns of the task's input, its `arrow_schema()`.
    labels: a word for each row, which the task's output reads as its label.
    held_out: whether the data's publishers set a row aside for testing, shape (rows,); then only
    these rows are base test rows. None if they set none aside.
    """

    table: "pyarrow.Table"
    labels: Sequence[str | None]
    held_out: NDArray[np.bool_] | None = None


class Task(Protocol):
    """One task. `about` opens the model card."""

    @property
    def input(self) -> InputKind:
        """The schema of one instance."""

    @property
    def output(self) -> OutputKind:
        """What is predicted."""

    @property
    def schema(self) -> Schema:
        """The schema of valid rows."""

    @property
    def about(self) -> str:
        """A paragraph on the data and its use, in Markdown."""

    def load(self) -> Rows:
        """Return the base rows, in any order."""
