"""The counters of stand-in replicas as a function of time, for history and scrapes alike."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchmarks.cost.metrics_page import BINS, Ints

Floats = NDArray[np.float64]

# Observations per second in each bin, from the idlest replica to the busiest.
RATES = (0.5, 2.0)


class Traffic:
    """The counters of every replica at a time; each has its own steady rate, without drift.

    signals, replicas: how many.  start: Unix time when all counters were 0.
    """

    def __init__(self, signals: int, *, replicas: int, start: float, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        self._rates: Floats = random.uniform(*RATES, size=replicas)
        # Offset per bin, so that the bins' samples differ and compress no better than real ones.
        self._phases: Floats = random.uniform(size=(replicas, signals * len(BINS)))
        self._start = start

    def counts(self, replica: int, moments: ArrayLike) -> Ints:
        """Return a replica's counters, shape (bins, *moments); moments: seconds since 1970."""
        seen = self._rates[replica] * (np.asarray(moments, dtype=np.float64) - self._start)
        counts: Ints = np.add.outer(self._phases[replica], seen).astype(np.int64)
        return counts
