"""The metrics page of a stand-in replica: rendered once, then only its counters are updated."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry, generate_latest

from perennial.metric_names import service as metrics
from perennial.metric_names.metric import Metric
from tests.monitoring.replica import Replica

Ints = NDArray[np.int64]
Labels = tuple[str, ...]

MODEL = ("cost", "1.0.0")
BINS = (*(f"{number:02d}" for number in range(10)), "outside", "missing")
PER_SIGNAL = {
    metrics.REFERENCE_SIZE: 10_000.0,
    metrics.CRITICAL_VALUE: 40.0,
    metrics.RANK_CRITICAL_VALUE: 20.0,
}
DIGITS = 10
_POWERS = 10 ** np.arange(DIGITS - 1, -1, -1, dtype=np.int64)


class Page:
    """The text of all signals' counters and references, as a replica exports them.

    signals: how many, each with the bins of BINS.
    """

    def __init__(self, signals: int) -> None:
        self.bins: list[Labels] = [
            (*MODEL, f"signal_{number:04d}", name) for number in range(signals) for name in BINS
        ]
        text = _widen(_text(self.bins), metrics.SIGNAL_BIN)
        self._bytes = np.frombuffer(text, dtype=np.uint8)
        ends = np.flatnonzero(self._bytes == ord("\n"))
        starts = np.concatenate([[0], ends[:-1] + 1])
        prefix = f"{metrics.SIGNAL_BIN.name}{{".encode()
        of_counter = [text.startswith(prefix, start) for start in starts.tolist()]
        self._slots = ends[of_counter][:, None] + np.arange(-DIGITS, 0)

    def render(self, counts: Ints) -> bytes:
        """Return the page with these counts, shape (bins,), in the order of `bins`."""
        page = self._bytes.copy()
        page[self._slots] = counts[:, None] // _POWERS % 10 + ord("0")
        return page.tobytes()


def _text(bins: Iterable[Labels]) -> bytes:
    replica = Replica()
    for key in bins:
        replica.values[metrics.SIGNAL_BIN][key] = 0.0
        replica.values[metrics.REFERENCE_SHARE][key] = 1 / len(BINS)
        for gauge, value in PER_SIGNAL.items():
            replica.values[gauge][key[:-1]] = value
    replica.values[metrics.SIGNAL_OF_OUTPUT][(*MODEL, "signal_0000")] = 1
    replica.values[metrics.REFERENCE_ACCURACY][MODEL] = 0.9
    replica.values[metrics.REFERENCE_ACCURACY_SIZE][MODEL] = 10_000
    replica.values[metrics.REFERENCE_DESIGN_EFFECT][MODEL] = 2
    registry = CollectorRegistry()
    registry.register(replica)
    return generate_latest(registry)


def _widen(text: bytes, metric: Metric) -> bytes:
    # Numbers of one width can be overwritten in place; parsers accept leading zeros.
    prefix = f"{metric.name}{{".encode()
    lines = text.splitlines(keepends=True)
    wide = b"0" * DIGITS + b"\n"
    return b"".join(
        line.rpartition(b" ")[0] + b" " + wide if line.startswith(prefix) else line
        for line in lines
    )
