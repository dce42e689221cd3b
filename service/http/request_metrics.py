"""HTTP metrics under the instrumentator's names, cheap enough for the prediction route.

The instrumentator measures every other route and passes its figures to `instrument`; the prediction
route calls `observe` itself. Both write here, so each metric has one source.
"""

from collections.abc import Iterator

from prometheus_client import core, registry
from prometheus_fastapi_instrumentator.metrics import Info

from perennial.metric_names import http
from service.counting.histogram import Histogram

HIGHR = (
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5),
    *(3.0, 3.5, 4.0, 4.5, 5.0, 7.5, 10.0, 30.0, 60.0),
)
LOWR = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
CLASSES = ("0xx", "1xx", "2xx", "3xx", "4xx", "5xx")


class HttpMetrics(registry.Collector):
    """Requests by method, status class and handler, and their latency; event-loop thread only."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, str], int] = {}
        self._latency: dict[tuple[str, str], Histogram] = {}
        self._highr = Histogram(HIGHR)

    def expect(self, method: str, handler: str) -> None:
        """Export a route before its first request, so that its first error increases from 0."""
        for status in ("2xx", "4xx", "5xx"):
            self._requests.setdefault((method, status, handler), 0)
        self._latency.setdefault((handler, method), Histogram(LOWR))

    def observe(self, method: str, handler: str, status: int, seconds: float) -> None:
        """Count one request."""
        request = (method, CLASSES[status // 100], handler)
        self._requests[request] = self._requests.get(request, 0) + 1
        latency = self._latency.get((handler, method))
        if latency is None:
            latency = self._latency[handler, method] = Histogram(LOWR)
        latency.observe(seconds)
        self._highr.observe(seconds)

    def instrument(self, info: Info) -> None:
        """Count what the instrumentator's middleware measured."""
        status = info.response.status_code if info.response is not None else 500
        self.observe(info.method, info.modified_handler, status, info.modified_duration)

    def collect(self) -> Iterator[core.Metric]:
        """Yield every family; called by the registry at a scrape."""
        total = core.CounterMetricFamily(
            http.REQUESTS,
            "Total number of requests by method, status and handler.",
            labels=("method", "status", "handler"),
        )
        for request, count in list(self._requests.items()):
            total.add_metric(request, count)
        latency = core.HistogramMetricFamily(
            "http_request_duration_seconds",
            "Latency by handler.",
            labels=("handler", "method"),
        )
        for key, histogram in list(self._latency.items()):
            latency.add_metric(key, histogram.buckets(), histogram.sum)
        highr = core.HistogramMetricFamily(
            http.LATENCY, "Latency of all requests, in many buckets."
        )
        highr.add_metric([], self._highr.buckets(), self._highr.sum)
        yield from (total, latency, highr)
