"""NannyML's UnivariateDriftCalculator with its default, the Jensen-Shannon distance per column."""

from typing import Any

import numpy as np

from benchmarks.drift import windows
from benchmarks.drift.frame import Floats, Frame, Ints
from benchmarks.drift.protocol import WINDOWS, Scorer
from benchmarks.drift.shares import jensen_shannon, shares
from benchmarks.drift.views import Indicators
from benchmarks.drift.windows import Looks

# With fewer chunks of the reference, their standard deviation is meaningless.
CHUNKS = 5
LEAST = 1e-3


class NannyML:
    """Alarms when a column's distance is high.

    distance: over one constant for all columns, its ConstantThreshold.
    deviations: over the mean of the reference's chunks plus a number of their standard deviations,
    by default 3, which is the threshold here; needs 5 chunks.
    """

    name = "NannyML"
    variants = tuple(
        f"{how}, {window} rows" for window in WINDOWS for how in ("distance", "deviations")
    )

    def fit(self, reference: Frame, looks: Looks) -> "NannyMLWatcher":
        """Bin the reference by Doane's rule, as NannyML does."""
        return NannyMLWatcher(reference, looks)


class NannyMLWatcher:
    """The calculator with its reference; one bin per column is for unseen values."""

    def __init__(self, reference: Frame, looks: Looks) -> None:
        self.reference, self._looks = reference, looks
        self._indicators = Indicators(reference)
        numeric = reference.numeric.T
        self._edges = [_doane(column) for column in numeric]
        self._values = [np.unique(c) for c in self._indicators.categorical(reference).T]
        parts = (*(len(edges) - 1 for edges in self._edges), *map(len, self._values))
        self._sizes = tuple(part + 1 for part in parts)
        self._starts = np.cumsum((0, *self._sizes[:-1]))
        codes = self._codes(reference)
        self._shares = shares(self._count(codes[None]), self._sizes)[0]
        self._usual = {window: self._chunks(codes, window) for window in WINDOWS}

    def watch(self, before: Frame, after: Frame) -> Scorer:
        """Score by the largest distance, and by the largest number of deviations."""
        old, new = self._codes(before), self._codes(after)

        def score(first: Ints, then: Ints) -> Floats:
            codes = np.concatenate([old[first], new[then]])
            found = [self._scores(codes, window) for window in WINDOWS]
            return np.concatenate(found)

        return score

    def _scores(self, codes: Ints, window: int) -> Floats:
        live = windows.counts(codes, sum(self._sizes), window=window, looks=self._looks)
        distances = self._distances(live)
        usual = self._usual[window]
        if len(usual) < CHUNKS:
            return np.stack([distances.max(axis=1), np.zeros(len(distances))])
        deviation = np.maximum(usual.std(axis=0), LEAST)
        return np.stack(
            [distances.max(axis=1), ((distances - usual.mean(axis=0)) / deviation).max(axis=1)]
        )

    def _distances(self, live: Floats) -> Floats:
        natural = jensen_shannon(shares(live, self._sizes), self._shares, self._sizes)
        binary: Floats = natural / np.sqrt(np.log(2))
        return binary

    def _chunks(self, codes: Ints, window: int) -> Floats:
        cut = [codes[at : at + window] for at in range(0, len(codes), window)]
        return np.concatenate([self._distances(self._count(chunk[None])) for chunk in cut])

    def _count(self, codes: Ints) -> Floats:
        size = sum(self._sizes)
        return np.stack(
            [np.bincount(part[part >= 0], minlength=size).astype(np.float64) for part in codes]
        )

    def _codes(self, frame: Frame) -> Ints:
        found = []
        for values, edges in zip(frame.numeric.T, self._edges, strict=True):
            codes = np.searchsorted(edges, values, side="right") - 1
            codes[values == edges[-1]] = len(edges) - 2
            codes[(values < edges[0]) | (values > edges[-1])] = len(edges) - 1
            found.append(np.where(np.isnan(values), -1, codes))
        for column, known in zip(self._indicators.categorical(frame).T, self._values, strict=True):
            codes = np.searchsorted(known, column)
            seen = np.append(known, -1)[codes] == column
            found.append(np.where(seen, codes, len(known)))
        return np.stack(
            [np.where(c < 0, -1, c + s) for c, s in zip(found, self._starts, strict=True)], axis=1
        )

    def real(self, live: Frame) -> dict[str, float]:
        """Return the calculator's own scores of a window."""
        import nannyml

        names = [*self.reference.numeric_names, *self._indicators.names]
        calculator = nannyml.UnivariateDriftCalculator(
            column_names=names,
            treat_as_categorical=list(self._indicators.names),
            chunk_size=len(live),
        )
        calculator.fit(self._table(self.reference))
        said = calculator.calculate(self._table(live)).filter(period="analysis").to_df()
        distances = [float(said[name, "jensen_shannon", "value"].iloc[0]) for name in names]
        return {f"distance, {len(live)} rows": max(distances)}

    def _table(self, frame: Frame) -> Any:
        import pandas

        columns = dict(zip(frame.numeric_names, frame.numeric.T, strict=True))
        categories = zip(self._indicators.names, self._indicators.categorical(frame).T, strict=True)
        return pandas.DataFrame(columns | dict(categories))


def _doane(column: Floats) -> Floats:
    edges: Floats = np.histogram_bin_edges(column[~np.isnan(column)], bins="doane")
    return edges
