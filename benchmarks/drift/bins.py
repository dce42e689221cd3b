"""The rule's bins: the service's quantiles, categories, `outside` and `missing`."""

import numpy as np

from backtest.rules.drift import Reference
from benchmarks.drift.frame import Floats, Frame, Ints
from perennial.signals import numeric_edges, reference_shares
from perennial.statistics.evidence import critical_value, ranks

# As in params.yaml: maximum number of numbered bins, minimum reference rows per bin.
BINS, ROWS_PER_BIN = 10, 25
# As there too: the family-wise level of one look.
LEVEL = 0.01


class Bins:
    """The bins of every signal, in one flat vector.

    sizes: bins per signal.  shares: of the reference, all signals one after another.
    ordered: for each flat bin, whether it is numbered: not outside, missing or a category.
    is_ordered: for each signal, whether it has such bins.  ranks: of numbered bins, else 0.
    """

    def __init__(self, reference: Frame) -> None:
        self.rows = len(reference)
        most = max(2, min(BINS, self.rows // ROWS_PER_BIN))
        columns = reference.numeric.T
        self._edges = [np.array(numeric_edges(column, bins=most)) for column in columns]
        self._low, self._high = np.nanmin(columns, axis=1), np.nanmax(columns, axis=1)
        numeric = [len(edges) + 3 for edges in self._edges]
        self.sizes = (*numeric, *reference.levels)
        self.starts = np.cumsum((0, *self.sizes[:-1]))
        self.size = sum(self.sizes)
        self.ordered = np.zeros(self.size, dtype=bool)
        for start, size in zip(self.starts, numeric, strict=False):
            self.ordered[start : start + size - 2] = True
        seen = np.bincount(self.codes(reference).ravel(), minlength=self.size)
        self.shares: Floats = np.concatenate(
            [
                reference_shares(part, "numeric" if s < len(numeric) else "categorical")
                for s, part in enumerate(np.split(seen, self.starts[1:]))
            ]
        )
        self.is_ordered = np.arange(len(self.sizes)) < len(numeric)
        self.ranks = np.zeros(self.size)
        for start, size in zip(self.starts, numeric, strict=False):
            part = self.shares[start : start + size]
            self.ranks[start : start + size - 2] = ranks(part, ordered=size - 2)

    def codes(self, frame: Frame) -> Ints:
        """Return each value's index in the flat vector, shape (rows, signals)."""
        found = np.empty((len(frame), len(self.sizes)), dtype=np.int64)
        for s, edges in enumerate(self._edges):
            values = frame.numeric[:, s]
            codes = np.searchsorted(edges, values)
            codes[(values < self._low[s]) | (values > self._high[s])] = len(edges) + 1
            codes[np.isnan(values)] = len(edges) + 2
            found[:, s] = codes
        found[:, len(self._edges) :] = frame.categorical
        places: Ints = found + self.starts
        return places

    def reference(self, signal: int) -> Reference:
        """Return what the rule knows of a signal, by its place."""
        size = self.sizes[signal]
        part = slice(self.starts[signal], self.starts[signal] + size)
        tests = len(self.sizes) + int(self.is_ordered.sum())
        critical, rank = (critical_value(k, level=LEVEL, tests=tests) for k in (size, 2))
        ordered = int(self.ordered[part].sum())
        return Reference(self.shares[part], self.rows, critical, rank, ordered)
