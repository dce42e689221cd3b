"""A stand-in for a replica of the service: its metrics, with counts that a test chooses."""

from collections import defaultdict
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from demo.processes import free_port
from service import metrics
from service.metrics import Metric as Definition

Key = tuple[str, ...]


class Replica(Collector):
    """Serves /metrics on a free port while its `with` block lasts.

    values: of counters and gauges, by metric and labels.  confidence, delays: count and sum by
    version.
    """

    def __init__(self) -> None:
        self.values: dict[Definition, dict[Key, float]] = defaultdict(dict)
        self.confidence: dict[Key, tuple[int, float]] = {}
        self.delays: dict[Key, tuple[int, float]] = {}
        self.port = free_port()

    @property
    def address(self) -> str:
        """Where Prometheus finds it."""
        return f"127.0.0.1:{self.port}"

    def add(self, metric: Definition, key: Key, value: float) -> None:
        """Let a counter grow."""
        self.values[metric][key] = self.values[metric].get(key, 0.0) + value

    def restart(self) -> None:
        """Begin every counter again, as a new process does."""
        for metric in (metrics.SIGNAL_BIN, metrics.FEEDBACK):
            self.values[metric] = dict.fromkeys(self.values[metric], 0.0)
        self.confidence = dict.fromkeys(self.confidence, (0, 0.0))
        self.delays = dict.fromkeys(self.delays, (0, 0.0))

    def describe(self) -> Iterable[Metric]:
        """Say nothing before the first scrape."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Yield every family."""
        for metric, series in list(self.values.items()):
            family: CounterMetricFamily | GaugeMetricFamily
            if metric.type == "counter":
                family = CounterMetricFamily(metric.name, metric.help, labels=metric.labels)
            else:
                family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
            for key, value in series.items():
                family.add_metric(list(key), value)
            yield family
        for metric, given in (
            (metrics.CONFIDENCE, self.confidence),
            (metrics.FEEDBACK_DELAY, self.delays),
        ):
            summary = SummaryMetricFamily(metric.name, metric.help, labels=metric.labels)
            for key, (count, total) in given.items():
                summary.add_metric(list(key), count_value=count, sum_value=total)
            yield summary

    def __enter__(self) -> Self:
        registry = CollectorRegistry()
        registry.register(self)
        self._server, self._thread = start_http_server(self.port, "127.0.0.1", registry)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
