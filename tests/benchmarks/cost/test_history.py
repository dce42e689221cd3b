"""History that a real Prometheus takes is what it then returns."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.cost import history
from benchmarks.cost.history import History, Past
from benchmarks.cost.metrics_page import Page
from benchmarks.cost.traffic import Traffic
from monitoring.recording.series import Window
from perennial.metric_names import service as metrics
from tests.prometheus import Prometheus

SIGNALS, REPLICAS = 2, 3


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[Prometheus]:
    """Yield a Prometheus that takes remote writes and scrapes nothing."""
    with Prometheus({}, tmp_path, options=["--web.enable-remote-write-receiver"]) as running:
        yield running


def test_written_counters_are_found(prometheus: Prometheus) -> None:
    """Counters of all replicas, over more than one message in time, come back as they were."""
    page, past = Page(SIGNALS), Past(metrics.SIGNAL_BIN.name, 3600, 15)
    end = float(int(time.time()) // 15 * 15)
    traffic = Traffic(SIGNALS, replicas=REPLICAS, start=end - 4000)
    History(prometheus.url, traffic, page.bins, replicas=REPLICAS).write([past], end=end)
    last = end - past.step
    expected = sum(traffic.counts(number, last).sum() for number in range(REPLICAS))
    found = prometheus.query(f"sum({past.metric})", at=last)
    samples = prometheus.query(f"sum(count_over_time({past.metric}[2h]))", at=last)
    assert list(found.values()) == [expected]
    assert list(samples.values()) == [len(page.bins) * REPLICAS * past.span / past.step]


def test_long_pasts_and_short_ones_are_written_together(prometheus: Prometheus) -> None:
    """Prometheus refuses what is older than an hour; a recorded metric may go back for a day."""
    page, names = Page(SIGNALS), Window("1m")
    # Between two samples, so that none is at either end of a range.
    now = float(int(time.time()) // 60 * 60 + 1)
    traffic = Traffic(SIGNALS, replicas=REPLICAS, start=now - 4000)
    needed = [
        Past(metrics.SIGNAL_BIN.name, 1800, 15),
        Past(names.bin_counts, 86400, 60),
        Past(names.counts, 600, 60),
    ]
    History(prometheus.url, traffic, page.bins, replicas=REPLICAS).write(needed, end=now)
    for past, series in zip(needed, (SIGNALS * 12 * REPLICAS, SIGNALS * 12, SIGNALS), strict=True):
        written = prometheus.query(f"count_over_time({past.metric}[1d])", at=now)
        assert len(written) == series
        assert set(written.values()) == {past.span / past.step}


def test_the_past_of_rules_is_their_longest_range() -> None:
    """Each metric's range is the longest in any rule, and its step the interval that records it."""
    recorded = {"record": Window("1m").bin_counts, "expr": "sum(model_signal_bin_total)"}
    read = [f"sum_over_time({Window('1m').bin_counts}[{span}])" for span in ("5m", "1d")]
    groups = [
        {"name": "counts", "interval": "1m", "rules": [recorded]},
        {"name": "windows", "rules": [{"record": "a", "expr": expr} for expr in read]},
    ]
    assert history.pasts([{"groups": groups}], interval="15s") == [
        Past(Window("1m").bin_counts, 86400, 60)
    ]


def test_counters_never_fall() -> None:
    """A stand-in's counters are whole and grow alike, each in its own moments."""
    counts = Traffic(1, replicas=1, start=0).counts(0, np.arange(0, 600, 15))
    assert (np.diff(counts, axis=1) >= 0).all()
    assert np.ptp(counts, axis=0).max() == 1
    assert len({tuple(np.diff(row).tolist()) for row in counts}) > 6
