"""Evidently's DataDriftPreset with its defaults, which depend on the type of a column and its size.

Up to 1,000 reference rows: the p-values of Kolmogorov-Smirnov for numbers and of chi-square for
categories, under 0.05. Above: Wasserstein's distance in standard deviations for numbers and the
Jensen-Shannon distance for categories, over 0.1.
"""

from functools import cache
from math import log
from typing import Any

import numpy as np

from benchmarks.drift import windows
from benchmarks.drift.distances import Ladder
from benchmarks.drift.frame import Floats, Frame, Ints
from benchmarks.drift.protocol import WINDOWS, Scorer
from benchmarks.drift.shares import jensen_shannon
from benchmarks.drift.views import Indicators
from benchmarks.drift.windows import Looks

SMALL = 1_000
LEVEL, DISTANCE = 0.05, 0.1
FEW = 5  # distinct values, up to which numbers are treated as categories
DEEPEST = 700.0  # -log of the smallest p-value that a float can represent


class Evidently:
    """Alarms when one column drifts, or half of them, as with its default `drift_share` of 0.5.

    The threshold here is one multiplier of all limits, those of the distance and of -log p-value.
    """

    name = "Evidently"
    variants = tuple(f"{how}, {window} rows" for window in WINDOWS for how in ("any", "half"))

    def fit(self, reference: Frame, looks: Looks) -> "EvidentlyWatcher":
        """Keep the reference's rows, as Evidently does."""
        return EvidentlyWatcher(reference, looks)


class EvidentlyWatcher:
    """The preset with its reference."""

    def __init__(self, reference: Frame, looks: Looks) -> None:
        self.reference, self._looks = reference, looks
        self._indicators = Indicators(reference)
        categories = self._indicators.categorical(reference)
        self._sizes = (*reference.levels, *[2] * (categories.shape[1] - len(reference.levels)))
        self._starts = np.cumsum((0, *self._sizes[:-1]))
        found = np.bincount((categories + self._starts).ravel(), minlength=sum(self._sizes))
        self._shares = found / len(reference)
        self._small = len(reference) <= SMALL
        deviation = np.nanstd(reference.numeric, axis=0)
        self._norm = np.maximum(deviation, 0.001) * DISTANCE

    def watch(self, before: Frame, after: Frame) -> Scorer:
        """Score by the largest multiple of a limit, and by the one that half the columns reach."""
        ladder = Ladder(self.reference.numeric, before.numeric, after.numeric)
        old = self._indicators.categorical(before) + self._starts
        new = self._indicators.categorical(after) + self._starts

        def score(first: Ints, then: Ints) -> Floats:
            found = []
            for window in WINDOWS:
                apart = ladder.distances(first, then, window=window, looks=self._looks)
                numbers = self._numbers(*apart, window)
                codes = np.concatenate([old[first], new[then]])
                columns = np.concatenate([numbers, self._categories(codes, window)], axis=1)
                ordered = np.sort(columns, axis=1)[:, ::-1]
                half = (ordered.shape[1] + 1) // 2 - 1
                found += [ordered[:, 0], ordered[:, half]]
            return np.stack(found)

        return score

    def _numbers(self, ks: Floats, wasserstein: Floats, window: int) -> Floats:
        if self._small:
            ks = ks_depth(ks, len(self.reference), window)
        multiple: Floats = ks / -np.log(LEVEL) if self._small else wasserstein / self._norm
        return multiple

    def _categories(self, codes: Ints, window: int) -> Floats:
        size = sum(self._sizes)
        live = windows.counts(codes, size, window=window, looks=self._looks) / window
        if self._small:
            return self._chi_square(live, window)
        distance: Floats = jensen_shannon(live, self._shares, self._sizes) / DISTANCE
        return distance

    def _chi_square(self, live: Floats, window: int) -> Floats:
        from scipy.stats import chi2

        either = (live > 0) | (self._shares > 0)
        expected = np.where(self._shares > 0, self._shares, 1e-300)
        terms = np.where(either, window * (live - self._shares) ** 2 / expected, 0)
        free = windows.per_signal(either.astype(np.float64), self._sizes) - 1
        tail = chi2.logsf(windows.per_signal(terms, self._sizes), np.maximum(free, 1))
        multiple: Floats = np.minimum(-np.where(free > 0, tail, 0), DEEPEST) / -np.log(LEVEL)
        return multiple

    def real(self, live: Frame) -> dict[str, float]:
        """Return the preset's own scores of a window."""
        from evidently import DataDefinition, Dataset, Report
        from evidently.presets import DataDriftPreset

        definition = DataDefinition(
            numerical_columns=list(live.numeric_names),
            categorical_columns=list(self._indicators.names),
        )
        rows = [
            Dataset.from_pandas(self._table(frame), data_definition=definition)
            for frame in (live, self.reference)
        ]
        said = Report([DataDriftPreset()]).run(*rows).dict()
        multiples = [
            _multiple(float(metric["value"]), self._small)
            for metric in said["metrics"]
            if "ValueDrift" in str(metric)
        ]
        ordered = sorted(multiples, reverse=True)
        half = ordered[(len(ordered) + 1) // 2 - 1]
        return {f"any, {len(live)} rows": ordered[0], f"half, {len(live)} rows": half}

    def _table(self, frame: Frame) -> Any:
        import pandas

        columns = dict(zip(frame.numeric_names, frame.numeric.T, strict=True))
        categories = self._indicators.categorical(frame).T
        return pandas.DataFrame(
            columns | dict(zip(self._indicators.names, categories, strict=True))
        )


def _multiple(said: float, small: bool) -> float:
    if small:
        return min(-log(max(said, 1e-304)), DEEPEST) / -log(LEVEL)
    return said / DISTANCE


def ks_depth(statistics: Floats, reference: int, window: int) -> Floats:
    """Return -log of scipy's p-value of a KS statistic for samples of these sizes."""
    at, depth = _ks_table(reference, window)
    return np.interp(statistics, at, depth)


@cache
def _ks_table(reference: int, window: int) -> tuple[Floats, Floats]:
    from scipy.stats import ks_2samp

    even = (np.arange(reference) + 0.5) / reference
    live = (np.arange(window) + 0.5) / window
    found = [ks_2samp(even, live + shift) for shift in np.linspace(0, 1, 400)]
    at = np.array([result.statistic for result in found])
    depth = np.minimum(-np.log(np.maximum([r.pvalue for r in found], 1e-304)), DEEPEST)
    at, first = np.unique(at, return_index=True)
    return at, depth[first]
