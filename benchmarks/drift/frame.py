"""The input of every detector: the signal columns of rows, including the model's outputs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.output_kind import OutputKind, Truths

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Frame:
    """Columns of rows.

    numeric: shape (rows, numeric columns), NaN where missing.
    categorical: shape (rows, categorical columns), whole numbers from 0 to its level.
    levels: how many values each categorical column may have.
    labels: the truths, shape (rows,), such as the index of a class, which no detector may use.
    values: the model's, shape (rows, width), such as the probabilities of classes.
    output: what the values are.
    """

    numeric_names: tuple[str, ...]
    numeric: Floats
    categorical_names: tuple[str, ...]
    categorical: Ints
    levels: tuple[int, ...]
    labels: Truths
    values: Floats
    output: OutputKind

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
            self.values[rows],
            self.output,
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
            np.concatenate([self.values, other.values]),
            self.output,
        )
