"""Answer, count and log the requests that were not admitted."""

from collections.abc import Iterator, Mapping

import orjson
from prometheus_client import core, registry
from structlog.typing import FilteringBoundLogger

from perennial.errors import PerennialError
from perennial.http.door import HEADERS
from perennial.http.keyring import Keyring
from perennial.metric_names import keys as metrics
from service.http.request_id import HEADER, request_id
from service.http.response import Response

# Each status that a request may be refused with, exported before the first one: 408 and 431 by the
# connection, 413 by the routes, all others before these.
STATUSES = (401, 403, 404, 408, 413, 415, 421, 429, 431)
# Of a path in the log; a client may send 64 KB.
LONGEST_PATH = 200


class Refusals(registry.Collector):
    """Refused requests by status, and whether the file of keys can be used.

    But for 413, they are not among the HTTP metrics: a flood of them would hide latency and errors
    of the rest.
    """

    def __init__(self, *, keys: Keyring | None, log: FilteringBoundLogger) -> None:
        self._keyring = keys
        self._log = log
        self._counts = dict.fromkeys(STATUSES, 0)

    def count(self, status: int) -> None:
        """Count a request that was refused with one of STATUSES."""
        self._counts[status] += 1

    def answer(self, headers: Mapping[bytes, bytes], path: str, error: PerennialError) -> Response:
        """Return the response to a request that is refused; path: as the routes know it."""
        request, content = request_id(headers), orjson.dumps(error.body())
        extra = [(k.lower().encode(), v.encode()) for k, v in error.headers().items()]
        sent = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (HEADER, request),
            *HEADERS,
            *extra,
        ]
        self.count(error.status)
        self._log.info(
            "request_refused",
            path=path[:LONGEST_PATH],
            request_id=request.decode(),
            status=error.status,
            error=str(error),
        )
        return error.status, sent, content

    def collect(self) -> Iterator[core.Metric]:
        """Yield the families; called by the registry at a scrape."""
        refused = core.CounterMetricFamily(
            metrics.REFUSED.name, metrics.REFUSED.help, labels=metrics.REFUSED.labels
        )
        for status, count in self._counts.items():
            refused.add_metric([str(status)], count)
        broken = self._keyring is not None and self._keyring.broken
        yield refused
        yield core.GaugeMetricFamily(
            metrics.KEYS_REFUSED.name, metrics.KEYS_REFUSED.help, value=float(broken)
        )
