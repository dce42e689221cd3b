"""What a task is: rows with labels, and the shape of one row."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from service.bundle import InputSchema


@dataclass(frozen=True)
class Rows:
    """Labelled rows: inputs of shape (rows, *input shape), labels as indices, shape (rows,)."""

    inputs: NDArray[np.float32]
    labels: NDArray[np.int64]


class Task(Protocol):
    """One task. `labels` are in the order of the model's outputs; `about` opens the model card."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The label set."""

    @property
    def input(self) -> InputSchema:
        """What one instance looks like."""

    @property
    def about(self) -> str:
        """A paragraph on the data and its use, in Markdown."""

    def load(self) -> Rows:
        """Return the base rows, in any order."""
