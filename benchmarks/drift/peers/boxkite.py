"""boxkite's formulas, from the PromQL of its Grafana dashboard.

Numbers are counted in numpy's automatic bins, at most 50, and compared by the largest distance of
the cumulative shares. Values that repeat are compared by the sum of the Kullback-Leibler
divergences in both directions, with 1 added to each bin's count.
Source: boxkite-ml/boxkite, boxkite/utils/histogram.py and examples/grafana-prometheus/metrics/
dashboards/model.json.
"""

import numpy as np

from benchmarks.drift import windows
from benchmarks.drift.frame import Floats, Frame, Ints
from benchmarks.drift.protocol import WINDOWS, Scorer
from benchmarks.drift.shares import shares
from benchmarks.drift.windows import Looks

MOST = 50


class Boxkite:
    """Alarms when the largest divergence, or distance, of all columns exceeds one limit."""

    name = "boxkite"
    variants = tuple(f"{how}, {window} rows" for window in WINDOWS for how in ("KL and KS", "KL"))

    def fit(self, reference: Frame, looks: Looks) -> "BoxkiteWatcher":
        """Count the reference."""
        return BoxkiteWatcher(reference, looks)


class BoxkiteWatcher:
    """The dashboard with its baseline; each column's last bin is `nan`, `+Inf` or new values."""

    def __init__(self, reference: Frame, looks: Looks) -> None:
        self._looks = looks
        self._values: list[Floats] = []
        self._continuous: list[bool] = []
        for column in self._table(reference).T:
            self._continuous.append(not _discrete(column))
            self._values.append(_edges(column) if self._continuous[-1] else _distinct(column))
        self._sizes = tuple(len(values) + 1 for values in self._values)
        self._starts = np.cumsum((0, *self._sizes[:-1]))
        codes = self._codes(reference)
        self._baseline: Floats = np.bincount(codes.ravel(), minlength=sum(self._sizes))[
            None
        ].astype(np.float64)

    def watch(self, before: Frame, after: Frame) -> Scorer:
        """Score by the largest value of all columns."""
        old, new = self._codes(before), self._codes(after)

        def score(first: Ints, then: Ints) -> Floats:
            codes = np.concatenate([old[first], new[then]])
            return np.concatenate([self._scores(codes, window) for window in WINDOWS])

        return score

    def _scores(self, codes: Ints, window: int) -> Floats:
        live = windows.counts(codes, sum(self._sizes), window=window, looks=self._looks)
        divergence = self._divergence(live)
        mixed = np.where(self._continuous, self._distance(live), divergence)
        return np.stack([mixed.max(axis=1), divergence.max(axis=1)])

    def _divergence(self, live: Floats) -> Floats:
        p, q = self._smoothed(live), self._smoothed(self._baseline)
        return windows.per_signal((q - p) * np.log(q / p), self._sizes)

    def _smoothed(self, counts: Floats) -> Floats:
        rows = windows.per_signal(counts, self._sizes) + np.array(self._sizes)
        smoothed: Floats = (counts + 1) / np.repeat(rows, self._sizes, axis=1)
        return smoothed

    def _distance(self, live: Floats) -> Floats:
        apart = shares(live, self._sizes) - shares(self._baseline, self._sizes)
        cuts = zip(self._starts, self._sizes, strict=True)
        parts = [np.abs(apart[:, s : s + n].cumsum(axis=1)).max(axis=1) for s, n in cuts]
        return np.stack(parts, axis=1)

    def _table(self, frame: Frame) -> Floats:
        return np.concatenate([frame.numeric, frame.categorical], axis=1)

    def _codes(self, frame: Frame) -> Ints:
        found = []
        for column, values, continuous in zip(
            self._table(frame).T, self._values, self._continuous, strict=True
        ):
            codes = np.searchsorted(values, column)
            if not continuous:
                known = np.append(values, np.nan)[codes] == column
                codes = np.where(known, codes, len(values))
            found.append(np.where(np.isnan(column), len(values), codes))
        places: Ints = np.stack(found, axis=1) + self._starts
        return places


def _discrete(column: Floats) -> bool:
    seen = column[~np.isnan(column)][:1000]
    distinct = len(np.unique(seen))
    return distinct < 3 or distinct * 20 < len(seen)


def _distinct(column: Floats) -> Floats:
    return np.unique(column[~np.isnan(column)])


def _edges(column: Floats) -> Floats:
    """Return the upper bounds of the bins; values above the last one count as `+Inf`."""
    present = column[~np.isnan(column)]
    edges: Floats = np.histogram_bin_edges(present, bins="auto")
    if len(edges) <= MOST:
        return edges
    low, high = np.percentile(present, [25, 75])
    start = max((low + high) / 2 - (high - low), present.min())
    stop = min(start + 2 * (high - low), present.max())
    middle = np.linspace(start, stop, num=MOST)
    return np.unique(np.concatenate([[present.min()], middle, [present.max()]]))
