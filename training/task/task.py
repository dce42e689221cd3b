"""The interface of a task: labelled rows, the shape of one row, and the schema of valid rows."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.input_kind import InputKind
from training.task.schema import Schema


@dataclass(frozen=True)
class Rows:
    """Labelled rows: inputs of shape (rows, *input shape), labels as indices, shape (rows,).

    held_out: whether the data's publishers set a row aside for testing, shape (rows,); then only
    these rows are base test rows. None if they set none aside.
    """

    inputs: NDArray[np.float32]
    labels: NDArray[np.int64]
    held_out: NDArray[np.bool_] | None = None


class Task(Protocol):
    """One task. `labels` are in the order of the model's outputs; `about` opens the model card."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The label set."""

    @property
    def input(self) -> InputKind:
        """The schema of one instance."""

    @property
    def schema(self) -> Schema:
        """The schema of valid rows."""

    @property
    def about(self) -> str:
        """A paragraph on the data and its use, in Markdown."""

    def load(self) -> Rows:
        """Return the base rows, in any order."""
