"""Signals of tables: one per feature."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.signals.arrays import Arrays, Expected
from perennial.signals.bins import MISSING, OTHER
from perennial.signals.inputs import CategoricalFeature, Rows, TabularInput

TOP = 10  # maximum categories per feature with their own bin; rarer ones count as `other`


class TabularSignals:
    """The value of each numeric feature, and the bin of each categorical feature."""

    def __init__(self, schema: TabularInput, arrays: Arrays) -> None:
        self._features = schema.features
        self.categories: dict[str, tuple[str, ...]] = {}
        self._bins: dict[str, NDArray[np.int64]] = {}
        for feature in _categorical(schema):
            top = arrays[_key(feature)]
            _check_top(feature, top)
            names = [feature.categories[index] for index in top.tolist()]
            self.categories[feature.name] = (*names, OTHER, MISSING)
            # The bin of each category, of `other`, and of missing.
            bins = np.full(len(feature.categories) + 2, len(top))
            bins[top] = np.arange(len(top))
            bins[-1] = len(top) + 1
            self._bins[feature.name] = bins

    @staticmethod
    def expected(schema: TabularInput) -> dict[str, Expected]:
        """Return the types and shapes of the fitted arrays."""
        return {_key(feature): Expected("int64", (None,)) for feature in _categorical(schema)}

    @staticmethod
    def fit(schema: TabularInput, rows: Rows) -> Arrays:
        """Return the most frequent categories of each feature, in the order of the schema."""
        arrays: Arrays = {}
        for at, feature in enumerate(schema.features):
            if isinstance(feature, CategoricalFeature):
                size = len(feature.categories)
                counts = np.bincount(_indices(rows[:, at], size), minlength=size)[:size]
                top = np.argsort(-counts, kind="stable")[:TOP]
                arrays[_key(feature)] = np.sort(top).astype(np.int64)
        return arrays

    def extract(self, rows: Rows) -> dict[str, NDArray[Any]]:
        """Return every signal of a batch."""
        columns: dict[str, NDArray[Any]] = {}
        for at, feature in enumerate(self._features):
            columns[feature.name] = rows[:, at]
            if isinstance(feature, CategoricalFeature):
                indices = _indices(rows[:, at], len(feature.categories))
                columns[feature.name] = self._bins[feature.name][indices]
        return columns


def _categorical(schema: TabularInput) -> list[CategoricalFeature]:
    return [feature for feature in schema.features if isinstance(feature, CategoricalFeature)]


def _key(feature: CategoricalFeature) -> str:
    return f"top_{feature.name}"


def _check_top(feature: CategoricalFeature, top: NDArray[np.int64]) -> None:
    known = range(len(feature.categories))
    if len(set(top.tolist())) < len(top) or not set(top.tolist()) <= set(known):
        expected = f"expected distinct indices of {len(known)} categories"
        raise ValueError(f"array {_key(feature)!r} is {top.tolist()}, {expected}")


def _indices(column: Rows, size: int) -> NDArray[np.int64]:
    """Return category indices, `size` for unknown values, `size + 1` for missing ones."""
    known = (column >= 0) & (column < size)
    codes = np.where(known, column, size).astype(np.int64)
    return np.where(np.isnan(column), size + 1, codes)
