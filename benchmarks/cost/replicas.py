"""Stand-ins for many replicas of the service, served by one process from prepared text."""

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

from prometheus_client import CONTENT_TYPE_LATEST


class Replicas:
    """Serves the metrics of each replica at /0, /1, ... inside its `with` block.

    count: how many.  render: returns a replica's page at a Unix time.
    """

    def __init__(self, count: int, render: Callable[[int, float], bytes]) -> None:
        self.count = count
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(render))
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def targets(self) -> list[dict[str, Any]]:
        """Return static_configs with which Prometheus scrapes each as its own instance."""
        address = f"127.0.0.1:{self._server.server_address[1]}"
        return [
            {
                "targets": [address],
                "labels": {"__metrics_path__": f"/{number}", "instance": instance(number)},
            }
            for number in range(self.count)
        ]

    def __enter__(self) -> Self:
        self._thread.start()
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


def instance(number: int) -> str:
    """Return the instance label of a replica."""
    return f"replica-{number:02d}"


def _handler(render: Callable[[int, float], bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            page = render(int(self.path.strip("/")), time.time())
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE_LATEST)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, format: str, *args: Any) -> None:
            """Do not log scrapes."""

    return Handler
