"""What a task is: rows with labels, the shape of one row, and what good rows look like."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from perennial.signals import InputSchema
from training.tasks.schema import Schema


@dataclass(frozen=True)
class Rows:
    """Labelled rows: inputs of shape (rows, *input shape), labels as indices, shape (rows,).

    held_out: the rows that the data's publishers set aside for testing, shape (rows,), or None
    where they set none aside: these rows then are the base test rows, and no others.
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
    def input(self) -> InputSchema:
        """What one instance looks like."""

    @property
    def schema(self) -> Schema:
        """What good rows look like, for validation."""

    @property
    def about(self) -> str:
        """A paragraph on the data and its use, in Markdown."""

    def load(self) -> Rows:
        """Return the base rows, in any order."""
