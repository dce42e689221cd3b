"""Signals of tables: one per column that is watched."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.signals.arrays import Arrays, Expected
from perennial.signals.bins import MISSING, OTHER

Rows = NDArray[Any]

TOP = 10  # maximum categories per column with their own bin; rarer ones count as `other`


@dataclass(frozen=True)
class SignalColumn:
    """A column that is watched: its place in a row, and its categories; None for numbers."""

    place: int
    categories: tuple[str, ...] | None


# By name, in the order of the columns.
Columns = Mapping[str, SignalColumn]


class TableSignals:
    """The value of each column of numbers, and the bin of each column of categories."""

    def __init__(self, columns: Columns, arrays: Arrays) -> None:
        self._columns = columns
        self.categories: dict[str, tuple[str, ...]] = {}
        self._bins: dict[str, NDArray[np.int64]] = {}
        for name, categories in _categorical(columns).items():
            top = arrays[_key(name)]
            _check_top(name, len(categories), top)
            self.categories[name] = (*(categories[index] for index in top.tolist()), OTHER, MISSING)
            # The bin of each category, of `other`, and of missing.
            bins = np.full(len(categories) + 2, len(top))
            bins[top] = np.arange(len(top))
            bins[-1] = len(top) + 1
            self._bins[name] = bins

    @staticmethod
    def expected(columns: Columns) -> dict[str, Expected]:
        """Return the types and shapes of the fitted arrays."""
        return {_key(name): Expected("int64", (None,)) for name in _categorical(columns)}

    @staticmethod
    def fit(columns: Columns, rows: Rows) -> Arrays:
        """Return the most frequent categories of each column, in the order of the columns."""
        arrays: Arrays = {}
        for name, categories in _categorical(columns).items():
            size = len(categories)
            codes = _indices(rows[:, columns[name].place], size)
            counts = np.bincount(codes, minlength=size)[:size]
            top = np.argsort(-counts, kind="stable")[:TOP]
            arrays[_key(name)] = np.sort(top).astype(np.int64)
        return arrays

    def extract(self, rows: Rows) -> dict[str, NDArray[Any]]:
        """Return every signal of a batch."""
        found: dict[str, NDArray[Any]] = {}
        for name, column in self._columns.items():
            found[name] = rows[:, column.place]
            if column.categories is not None:
                codes = _indices(found[name], len(column.categories))
                found[name] = self._bins[name][codes]
        return found


def _categorical(columns: Columns) -> dict[str, tuple[str, ...]]:
    return {
        name: column.categories for name, column in columns.items() if column.categories is not None
    }


def _key(name: str) -> str:
    return f"top_{name}"


def _check_top(name: str, size: int, top: NDArray[np.int64]) -> None:
    if len(set(top.tolist())) < len(top) or not set(top.tolist()) <= set(range(size)):
        expected = f"expected distinct indices of {size} categories"
        raise ValueError(f"array {_key(name)!r} is {top.tolist()}, {expected}")


def _indices(column: Rows, size: int) -> NDArray[np.int64]:
    """Return category indices, `size` for unknown values, `size + 1` for missing ones."""
    known = (column >= 0) & (column < size)
    codes = np.where(known, column, size).astype(np.int64)
    return np.where(np.isnan(column), size + 1, codes)
