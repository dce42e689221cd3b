"""A small HTTP server for tests: real sockets, and a function that answers."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Call:
    """What a client sent; `target` is the path with its query."""

    method: str
    target: str
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What it gets: a status and a JSON document or bytes; a status below 0 cuts the connection."""

    status: int
    document: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Call], Reply]


@contextmanager
def serving(answer: Answer, *, port: int = 0, certificate: Path | None = None) -> Iterator[str]:
    """Serve on a free port, or on the one named, and give the address.

    certificate: a PEM file with key and certificate of 127.0.0.1; with it the server speaks HTTPS.
    """
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(answer))
    server.daemon_threads = True
    scheme = "http"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _bytes(document: Any) -> bytes:
    return document if isinstance(document, bytes) else json.dumps(document).encode()


def _handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            reply = answer(Call(self.command, self.path, self.headers, body))
            if reply.status < 0:
                self.close_connection = True
                return
            payload = b"" if reply.status == 204 else _bytes(reply.document)
            try:
                self._send(reply, payload)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client did not wait

        do_GET = do_POST = do_PUT = do_DELETE = _do

        def _send(self, reply: Reply, payload: bytes) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: Any) -> None:
            """Stay quiet."""

    return Handler
