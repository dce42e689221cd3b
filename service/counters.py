"""What one model version has done since it was loaded, as numpy arrays."""

import math
import threading
from collections import deque

import numpy as np

from service import signals
from service.bundle import Bundle
from service.histogram import Histogram
from service.predictor import Floats32
from service.signals import Rows

Batch = tuple[Rows, Floats32]

# Numbers of input that wait to be binned: binning costs about 100 µs a call and 0.6 µs a row of 64
# pixels, so more rows at once are cheaper, and the event loop waits longer for them.
PENDING_NUMBERS = 65_536
LEAST_ROWS, MOST_ROWS = 32, 1_024
# What a text costs as much as.
NUMBERS_PER_TEXT = 512
SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Counters:
    """The counts of one bundle: bins of signals, predictions by label, confidence, batches.

    `add` keeps a batch aside and costs nearly nothing; `settle` bins all that is aside at once,
    when enough rows wait or somebody reads. So what is read is exact, and a lone request pays no
    binning.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.binner = signals.Binner(bundle.reference.signals)
        self.bins = np.zeros(self.binner.size, dtype=np.int64)
        self.predictions = np.zeros(len(bundle.manifest.labels), dtype=np.int64)
        self.confidence = 0.0
        self.seconds = Histogram(SECONDS)
        self.rows = Histogram(ROWS)
        self.most_pending = pending_rows(bundle)
        self._pending: deque[Batch] = deque()
        self._waiting = 0
        self._settling = threading.Lock()

    def add(self, rows: Rows, probabilities: Floats32, *, seconds: float) -> None:
        """Count one inference; called by the event loop only.

        rows: shape (rows, *input shape).  probabilities: (rows, labels).  seconds: its duration.
        """
        self.seconds.observe(seconds)
        self.rows.observe(len(rows))
        self._pending.append((rows, probabilities))
        self._waiting += len(rows)
        if self._waiting >= self.most_pending:
            self._waiting = 0
            self.settle()

    def settle(self) -> None:
        """Bin every batch that is aside; safe from any thread."""
        with self._settling:
            batches = [self._pending.popleft() for _ in range(len(self._pending))]
            if not batches:
                return
            rows, probabilities = (np.concatenate(parts) for parts in zip(*batches))
            found = signals.outputs(probabilities)
            columns = self.bundle.extraction.extract(rows)
            self.bins += self.binner.count({**columns, **found})
            labels = len(self.predictions)
            # What a broken model could not predict is in a bin after the labels'.
            self.predictions += np.bincount(found[signals.PREDICTION], minlength=labels)[:labels]
            self.confidence += float(np.nansum(found[signals.CONFIDENCE], dtype=np.float64))


def pending_rows(bundle: Bundle) -> int:
    """Return how many rows of a bundle's input are binned at once."""
    schema = bundle.manifest.input
    numbers = NUMBERS_PER_TEXT if schema.kind == "text" else math.prod(schema.shape)
    return max(LEAST_ROWS, min(MOST_ROWS, PENDING_NUMBERS // numbers))
