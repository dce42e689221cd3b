"""The input of every detector: the signal columns of rows, including the model's outputs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Frame:
    """Columns of rows.

    numeric: shape (rows, numeric columns), NaN where missing.
    categorical: shape (rows, categorical columns), whole numbers from 0 to its level.
    levels: how many values each categorical column may have.
    labels: the true classes, shape (rows,), which no detector may use.
    probabilities: the model's, shape (rows, classes).
    """

    numeric_names: tuple[str, ...]
    numeric: Floats
    categorical_names: tuple[str, ...]
    categorical: Ints
    levels: tuple[int, ...]
    labels: Ints
    probabilities: Floats

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: Ints) -> "Frame":
        """Return these rows, in this order."""
        return Frame(
            self.numeric_names,
            self.numeric[rows],
            self.categorical_names,
            self.categorical[rows],
            self.levels,
            self.labels[rows],
            self.probabilities[rows],
        )

    def then(self, other: "Frame") -> "Frame":
        """Return these rows, followed by those of another frame with the same columns."""
        return Frame(
            self.numeric_names,
            np.concatenate([self.numeric, other.numeric]),
            self.categorical_names,
            np.concatenate([self.categorical, other.categorical]),
            self.levels,
            np.concatenate([self.labels, other.labels]),
            np.concatenate([self.probabilities, other.probabilities]),
        )
