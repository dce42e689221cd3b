"""Compute signals from rows with fitted arrays, identically in training and in the service."""

from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from perennial.signals import npz
from perennial.signals.arrays import Arrays, Expected, check

# Rows of any kind: numbers, or str in an object array.
Rows = NDArray[Any]
LARGEST = float(np.finfo(np.float32).max)


class Signals(Protocol):
    """The signals of one kind of input, with fitted arrays."""

    categories: dict[str, tuple[str, ...]]

    def extract(self, rows: Rows) -> dict[str, NDArray[Any]]:
        """Return every signal of a batch."""


class Source(Protocol):
    """What signals are computed from: rows of one shape and type, and how to watch them."""

    # The type of a row's array.
    dtype: ClassVar[str]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a row."""

    def expected_arrays(self) -> dict[str, Expected]:
        """Return the types and shapes of the fitted arrays."""

    def fit_signals(self, rows: Rows) -> Arrays:
        """Return the arrays of the signals, fitted to rows."""

    def signals(self, arrays: Arrays) -> Signals:
        """Return the signals with fitted arrays."""


class Extraction:
    """Computes the input signals of a model.

    names: of the signals, in the order of the columns.
    categories: the bins of the categorical signals.
    Raises ValueError with the array that does not match the schema.
    """

    def __init__(self, schema: Source, arrays: Arrays) -> None:
        check(arrays, schema.expected_arrays())
        self.schema = schema
        self._arrays = arrays
        self._signals = schema.signals(arrays)
        self.categories: dict[str, tuple[str, ...]] = self._signals.categories
        self.names = tuple(self.extract(np.empty((0, *schema.shape), schema.dtype)))

    @classmethod
    def fit(cls, schema: Source, rows: Rows) -> "Extraction":
        """Return an extraction fitted to rows, shape (rows, *schema.shape).

        Fit on other rows than those of the reference: on its own rows a fit looks better than on
        new traffic, which would then seem to drift.
        Raises ValueError without rows.
        """
        if not len(rows):
            raise ValueError("rows: got none, expected at least one to fit on")
        return cls(schema, schema.fit_signals(rows))

    def extract(self, rows: Rows) -> dict[str, NDArray[Any]]:
        """Return every input signal of a batch as columns of shape (rows,).

        Numeric columns are float32 with NaN for missing; categorical ones are bin indices.
        """
        found: dict[str, NDArray[Any]] = self._signals.extract(rows)
        numeric = [name for name in found if name not in self.categories]
        if numeric:
            # Values too large for float32 are clipped to stay finite; they count as `outside`.
            with np.errstate(over="ignore"):
                values = np.stack(
                    [found[name] for name in numeric], dtype=np.float32, casting="same_kind"
                )
            np.clip(values, -LARGEST, LARGEST, out=values)
            found.update(zip(numeric, values, strict=True))
        return found

    def save(self, file: Path) -> None:
        """Write the arrays to an .npz file; the same arrays give the same bytes."""
        arrays: dict[str, Any] = dict(self._arrays)
        with file.open("wb") as stream:
            np.savez(stream, **arrays)

    @classmethod
    def load(cls, schema: Source, file: Path) -> "Extraction":
        """Return the extraction that `save` wrote.

        Raises ValueError if it is not such a file, or if an array does not match the schema.
        """
        return cls(schema, npz.read(file))
