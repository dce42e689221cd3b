"""A server for tests that sends the given bytes, whatever it is asked: also what is not HTTP."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HTML = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html>Sign in"
CUT = b'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"id": 1,'
CUT_502 = b"HTTP/1.0 502 Bad Gateway\r\nContent-Length: 500\r\n\r\n<html>"
NOT_HTTP = b"SSH-2.0-OpenSSH_9.2\r\n"


@contextmanager
def sending(*replies: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Give the address and the requests so far; the last reply is sent to all that follow."""
    received: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            received.append(self.request.recv(65536))
            self.request.sendall(replies[min(len(received), len(replies)) - 1])

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", received
        finally:
            server.shutdown()
            thread.join()
