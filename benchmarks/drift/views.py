"""The same columns for peers that cannot handle missing values, or only handle numbers."""

import numpy as np

from benchmarks.drift.frame import Floats, Frame, Ints


class Indicators:
    """Adds an indicator per numeric column that had missing values in the reference.

    Evidently, NannyML and KSDrift drop or refuse missing values; indicators make them visible.
    """

    def __init__(self, reference: Frame) -> None:
        self._with_gaps = np.flatnonzero(np.isnan(reference.numeric).any(axis=0))
        gaps = [f"{reference.numeric_names[column]}_missing" for column in self._with_gaps]
        self.names = (*reference.categorical_names, *gaps)

    def categorical(self, frame: Frame) -> Ints:
        """Return all categories, the indicators last, shape (rows, columns)."""
        gaps = np.isnan(frame.numeric[:, self._with_gaps]).astype(np.int64)
        return np.concatenate([frame.categorical, gaps], axis=1)


class Numbers:
    """All columns as numbers: missing values as the reference's median, categories one-hot."""

    def __init__(self, reference: Frame) -> None:
        self._indicators = Indicators(reference)
        self._medians = np.nanmedian(reference.numeric, axis=0)
        self._levels = reference.levels

    def of(self, frame: Frame) -> Floats:
        """Return all columns, shape (rows, columns)."""
        numbers = np.where(np.isnan(frame.numeric), self._medians, frame.numeric)
        categories = self._indicators.categorical(frame)
        known = len(self._levels)
        ones = [categories[:, [c]] == np.arange(self._levels[c]) for c in range(known)]
        return np.concatenate([numbers, *ones, categories[:, known:]], axis=1).astype(np.float64)
