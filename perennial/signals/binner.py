"""Turn columns of values into counts per bin."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from perennial.signals.signal import Signal

Ints = NDArray[np.int64]
Floats32 = NDArray[np.float32]


class Binner:
    """Turns a batch of signal columns into counts, in a few vectorised operations.

    One flat vector holds all bins of all signals; signal s begins at `offsets[s]`.
    Values and edges are compared as float32, so that rounding in sums does not change the bin.
    """

    def __init__(self, signals: Sequence[Signal]) -> None:
        self.signals = tuple(signals)
        self.size = sum(len(signal.bins) for signal in signals)
        starts = np.cumsum([0] + [len(signal.bins) for signal in signals])
        self.offsets: Ints = starts[:-1].astype(np.int64)
        self._categorical = [i for i, signal in enumerate(signals) if signal.kind == "categorical"]
        numeric = [i for i, signal in enumerate(signals) if signal.kind == "numeric"]
        self._numeric = [signals[i] for i in numeric]
        self._start = self.offsets[numeric][:, None]
        self._missing = self._start + [[len(signal.bins) - 1] for signal in self._numeric]
        self._low = _column([signal.low for signal in self._numeric])
        self._high = _column([signal.high for signal in self._numeric])
        widest = max((len(signal.edges) for signal in self._numeric), default=0)
        # One column per rank of an edge; signals with fewer edges are padded.
        self._edges = [
            _column([[*signal.edges, *[np.inf] * widest][rank] for signal in self._numeric])
            for rank in range(widest)
        ]

    def count(self, columns: Mapping[str, NDArray[np.generic]]) -> Ints:
        """Return the counts of one batch, shape (size,); columns: as of `places`."""
        return np.bincount(self.places(columns), minlength=self.size).astype(np.int64)

    def places(self, columns: Mapping[str, NDArray[np.generic]]) -> Ints:
        """Return the place in the flat vector of every value, signal after signal.

        columns: signal name to values of shape (rows,). Numeric columns are floats with NaN for
        missing; categorical ones are indices into the signal's bins.
        Raises KeyError if a signal of the reference has no column.
        """
        parts: list[Ints] = []
        if self._numeric:
            parts.append(self._place(columns).ravel())
        for i in self._categorical:
            parts.append(columns[self.signals[i].name].astype(np.int64) + self.offsets[i])
        return np.concatenate(parts)

    def _place(self, columns: Mapping[str, NDArray[np.generic]]) -> Ints:
        """Return each numeric value's index in the flat vector, shape (signals, rows)."""
        found = [columns[signal.name] for signal in self._numeric]
        values: Floats32 = np.stack(found, dtype=np.float32, casting="same_kind")
        # Count in small integers first: summing large ones takes four times as long.
        below = np.zeros(values.shape, dtype=np.min_scalar_type(len(self._edges)))
        above = np.empty(values.shape, dtype=np.bool_)
        for edges in self._edges:
            np.greater(values, edges, out=above)
            below += above.view(np.uint8)
        places: Ints = below + self._start
        np.copyto(places, self._missing - 1, where=(values < self._low) | (values > self._high))
        np.copyto(places, self._missing, where=np.isnan(values))
        return places


def _column(values: Sequence[float | None]) -> Floats32:
    return np.array(values, dtype=np.float32).reshape(-1, 1)
