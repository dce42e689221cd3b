"""KS and Wasserstein distances between the reference's raw values and sliding windows.

They equal scipy's for two samples but are computed for all windows of a stream in one pass; every
run checks them against the peers' own objects.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from benchmarks.drift.frame import Floats, Ints
from benchmarks.drift.windows import Looks


class Ladder:
    """All values that a column may take, in order, and the reference's distribution over them.

    reference, before, after: columns of shape (rows, columns), NaN where missing.
    """

    def __init__(self, reference: Floats, before: Floats, after: Floats) -> None:
        # float32 halves the work, and the signals are float32.
        steps = [np.unique(np.concatenate(column)) for column in _columns(before, after, reference)]
        steps = [rungs[~np.isnan(rungs)] for rungs in steps]
        self._length = np.array([len(rungs) for rungs in steps])
        shape = (len(steps), int(self._length.max()))
        self._shares, self._gaps = np.ones(shape), np.zeros(shape)
        for c, rungs in enumerate(steps):
            codes = _codes(rungs, reference[:, c])
            found = np.bincount(codes[codes >= 0], minlength=len(rungs))
            self._shares[c, : len(rungs)] = found.cumsum() / found.sum()
            self._gaps[c, : len(rungs) - 1] = np.diff(rungs)
        self._before = np.stack([_codes(r, before[:, c]) for c, r in enumerate(steps)], axis=1)
        self._after = np.stack([_codes(r, after[:, c]) for c, r in enumerate(steps)], axis=1)

    def distances(
        self, first: Ints, then: Ints, *, window: int, looks: Looks
    ) -> tuple[Floats, Floats]:
        """Return the KS statistic and Wasserstein distance at each look, (looks, columns)."""
        kept = first[looks.before - (window - looks.every) :]
        codes = np.concatenate([self._before[kept], self._after[then]]).T
        result: tuple[Floats, Floats] = compiled()(
            np.ascontiguousarray(codes),
            self._shares,
            self._gaps,
            self._length,
            window,
            looks.every,
            looks.count,
        )
        return result


def _columns(*tables: Floats) -> Any:
    return zip(*(table.T for table in tables), strict=True)


def _codes(rungs: Floats, values: Floats) -> Any:
    codes = np.searchsorted(rungs, values).astype(np.int32)
    codes[np.isnan(values)] = -1
    return codes


@cache
def compiled() -> Callable[..., Any]:
    """Return `_pass` compiled; uncompiled it would take hours."""
    from numba import njit

    return njit(_pass)  # type: ignore[no-any-return]


def _pass(
    codes: Any, shares: Any, gaps: Any, length: Any, window: int, every: int, looks: int
) -> Any:
    columns = codes.shape[0]
    ks, wasserstein = np.zeros((looks, columns)), np.zeros((looks, columns))
    for c in range(columns):
        counts = np.zeros(length[c])
        rows = 0
        for i in range(window - every):
            if codes[c, i] >= 0:
                counts[codes[c, i]] += 1
                rows += 1
        for look in range(looks):
            start = look * every
            for i in range(start + window - every, start + window):
                if codes[c, i] >= 0:
                    counts[codes[c, i]] += 1
                    rows += 1
            total, most, area = 0.0, 0.0, 0.0
            if rows > 0:
                for v in range(length[c]):
                    total += counts[v]
                    apart = abs(total / rows - shares[c, v])
                    area += apart * gaps[c, v]
                    if apart > most:
                        most = apart
            ks[look, c], wasserstein[look, c] = most, area
            for i in range(start, start + every):
                if codes[c, i] >= 0:
                    counts[codes[c, i]] -= 1
                    rows -= 1
    return ks, wasserstein
