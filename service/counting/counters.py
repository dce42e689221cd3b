"""What one model version has done since it was loaded, as numpy arrays."""

import threading
from collections import deque

import numpy as np

from perennial import signals
from perennial.bundle import Bundle
from perennial.bundle.predictor import Floats32
from perennial.signals import Rows
from service.counting.feedback import largest_loss
from service.counting.histogram import Histogram

# Input numbers binned per call. A call costs about 60 µs plus 0.4 µs per row of 64 pixels, so
# larger batches are cheaper until the intermediate arrays no longer fit the processor's cache.
NUMBERS_AT_ONCE = 32_768
LEAST_ROWS, MOST_ROWS = 32, 512
# Calls in a row; the first is slower because its code and tables are not cached.
CALLS = 2
SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Counters:
    """The counts of one bundle: bins of signals, predictions by label, confidence, batches.

    expected, expected_rows: the sum of the losses to expect of rows, and how many rows have one.

    `add` only copies a batch into a buffer, which is cheap. `settle` bins the buffer when it is
    full or before a read. So reads are exact, and a single request does not pay for binning.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.binner = signals.Binner(bundle.reference.signals)
        self.bins = np.zeros(self.binner.size, dtype=np.int64)
        self.predictions = np.zeros(len(bundle.manifest.output.labels), dtype=np.int64)
        self.confidence = 0.0
        self.expected, self.expected_rows = 0.0, 0
        self._expected = bundle.reference.expected_loss
        self._largest = largest_loss(bundle.reference)
        self.seconds = Histogram(SECONDS)
        self.rows = Histogram(ROWS)
        self.rows_at_once = rows_at_once(bundle)
        self.room = CALLS * self.rows_at_once
        schema, self._output = bundle.manifest.input, bundle.manifest.output
        self._rows = np.empty((self.room, *schema.shape), schema.dtype)
        self._values = np.empty((self.room, self._output.width), np.float32)
        self._batches: deque[tuple[int, float]] = deque()
        # Rows up to `_binned` are counted, those up to `_filled` wait; only `add` fills.
        self._binned = self._filled = 0
        self._settling = threading.Lock()

    def add(self, rows: Rows, values: Floats32, *, seconds: float) -> None:
        """Count one inference; called by the event loop only.

        rows: shape (rows, *input shape).  values: (rows, width).  seconds: its duration.
        """
        self._batches.append((len(rows), seconds))
        start, stop = self._filled, self._filled + len(rows)
        if stop > self.room:
            self._add_in_parts(rows, values)
            return
        self._rows[start:stop] = rows
        self._values[start:stop] = values
        # Set this last: another thread may bin the filled rows.
        self._filled = stop

    def settle(self) -> None:
        """Bin every buffered row; safe to call from any thread."""
        with self._settling:
            self._bin()

    def _add_in_parts(self, rows: Rows, values: Floats32) -> None:
        for start in range(0, len(rows), self.room):
            self._empty()
            part = rows[start : start + self.room]
            self._rows[: len(part)] = part
            self._values[: len(part)] = values[start : start + self.room]
            self._filled = len(part)

    def _empty(self) -> None:
        with self._settling:
            self._bin()
            self._binned = self._filled = 0

    def _bin(self) -> None:
        for _ in range(len(self._batches)):
            rows, seconds = self._batches.popleft()
            self.rows.observe(rows)
            self.seconds.observe(seconds)
        filled = self._filled
        while self._binned < filled:
            stop = min(self._binned + self.rows_at_once, filled)
            self._count(self._rows[self._binned : stop], self._values[self._binned : stop])
            self._binned = stop

    def _count(self, rows: Rows, values: Floats32) -> None:
        found = self._output.extract(values)
        self.bins += self.binner.count({**self.bundle.extraction.extract(rows), **found})
        self.predictions += self._output.counts(found)
        self.confidence += self._output.confidence(found)
        if self._expected is not None:
            losses = self._expected.curve(found[self._expected.signal].astype(np.float64))
            known = losses[~np.isnan(losses)]
            self.expected += float(np.minimum(known, self._largest).sum())
            self.expected_rows += len(known)


def rows_at_once(bundle: Bundle) -> int:
    """Return how many rows of a bundle's input are binned in one call."""
    return max(LEAST_ROWS, min(MOST_ROWS, NUMBERS_AT_ONCE // bundle.manifest.input.numbers))
