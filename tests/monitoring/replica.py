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
from perennial.metric_names.metric import Metric as Definition

Key = tuple[str, ...]


class Replica(Collector):
    """Serves /metrics on a free port while its `with` block lasts.

    values: of counters and gauges, by metric and labels.  summaries: count and sum, likewise.
    """

    def __init__(self) -> None:
        self.values: dict[Definition, dict[Key, float]] = defaultdict(dict)
        self.summaries: dict[Definition, dict[Key, tuple[int, float]]] = defaultdict(dict)
        self.port = free_port()

    @property
    def address(self) -> str:
        """Where Prometheus finds it."""
        return f"127.0.0.1:{self.port}"

    def add(self, metric: Definition, key: Key, value: float) -> None:
        """Let a counter grow."""
        self.values[metric][key] = self.values[metric].get(key, 0.0) + value

    def observe(self, metric: Definition, key: Key, values: Iterable[float] = ()) -> None:
        """Let a summary take values; without any it stays where it is, at least at 0."""
        seen = list(values)
        count, total = self.summaries[metric].get(key, (0, 0.0))
        self.summaries[metric][key] = (count + len(seen), total + sum(seen))

    def restart(self) -> None:
        """Begin every counter again, as a new process does."""
        for metric, series in self.values.items():
            if metric.type == "counter":
                self.values[metric] = dict.fromkeys(series, 0.0)
        for metric, summary in self.summaries.items():
            self.summaries[metric] = dict.fromkeys(summary, (0, 0.0))

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
        for metric, given in list(self.summaries.items()):
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
