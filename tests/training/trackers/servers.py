"""Servers on real sockets: one that keeps what it is sent, one that refuses, one that hangs."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Server(ThreadingHTTPServer):
    """Keeps the last word of each path and the JSON document, and answers all with one status."""

    daemon_threads = True

    def __init__(self, *, status: int = 200, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.status = status
        self.got: list[tuple[str, Any]] = []

    @property
    def url(self) -> str:
        """Return the address."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        """Keep the document."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.got.append((self.path.rpartition("/")[2], json.loads(body or b"null")))
        self.send_response(self.server.status)
        self.end_headers()

    do_GET = do_POST

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing."""


@contextmanager
def serving(*, status: int = 200, port: int = 0) -> Iterator[Server]:
    """Run a server."""
    with Server(status=status, port=port) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@contextmanager
def hanging() -> Iterator[str]:
    """Yield the address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def refusing() -> str:
    """Return an address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"
