"""A client for tests that sends the given bytes over a socket, as odd clients do."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

TIMEOUT = 20.0


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """Give a connection to a port of this machine."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        yield connection


def to_end(connection: socket.socket) -> bytes:
    """Return what the server sends until it closes the connection."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


def exchange(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send parts with pauses between them and return the answer; the last part must ask to close.

    pause: seconds.
    """
    with connected(port) as connection:
        for number, part in enumerate(parts):
            if number:
                time.sleep(pause)
            connection.sendall(part)
        return to_end(connection)


def request(method: str, path: str, body: bytes = b"", *headers: str, close: bool = True) -> bytes:
    """Return a request as bytes; a body is said to be JSON unless a header says otherwise."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    lines += [f"Content-Length: {len(body)}"] if body else []
    if body and not any(header.lower().startswith("content-type:") for header in headers):
        lines.append("Content-Type: application/json")
    lines += ["Connection: close"] if close else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def status(answer: bytes) -> int:
    """Return the status of the first response in an answer."""
    return int(answer.split(b" ", 2)[1])


def body(answer: bytes) -> bytes:
    """Return what follows the first head of an answer."""
    return answer.partition(b"\r\n\r\n")[2]
