"""The page of a stand-in replica reads as that of a replica."""

import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.cost.metrics_page import BINS, Page
from perennial.metric_names import service as metrics
from perennial.metric_names.metric import Metric


def _samples(page: bytes, name: str) -> list[float]:
    families = text_string_to_metric_families(page.decode())
    found = [sample for family in families for sample in family.samples]
    return [sample.value for sample in found if sample.name == name]


def test_every_counter_has_its_own_count() -> None:
    """Prometheus' parser reads the counts in the order in which they were given."""
    page = Page(2)
    counts = np.arange(len(page.bins), dtype=np.int64) * 1_000_003
    assert _samples(page.render(counts), metrics.SIGNAL_BIN.name) == counts.tolist()


def test_counts_leave_no_trace_on_the_next_page() -> None:
    """A smaller count overwrites every digit of a greater one."""
    page = Page(1)
    page.render(np.full(len(BINS), 9_999_999_999))
    rendered = page.render(np.zeros(len(BINS), np.int64))
    assert set(_samples(rendered, metrics.SIGNAL_BIN.name)) == {0.0}


def test_every_metric_of_a_signal_is_there() -> None:
    """Whatever the service says of a signal, a stand-in says too."""
    page = Page(1).render(np.zeros(len(BINS), np.int64))
    defined = [each for each in vars(metrics).values() if isinstance(each, Metric)]
    for metric in (each for each in defined if "signal" in each.labels):
        assert _samples(page, metric.name), metric.name


def test_every_bin_has_a_reference() -> None:
    """The shares of a signal's bins sum to 1."""
    shares = _samples(Page(1).render(np.zeros(len(BINS), np.int64)), metrics.REFERENCE_SHARE.name)
    assert len(shares) == len(BINS)
    assert abs(sum(shares) - 1) < 1e-9
