"""Files are fetched whole or not at all, from a real server that misbehaves."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from training.errors import DataRefused
from training.task.download import download

CONTENT = bytes(range(256)) * 1000
# Answers one request: the handler, and the byte that the client begins with.
Behaviour = Callable[[BaseHTTPRequestHandler, int], None]


def whole(handler: BaseHTTPRequestHandler, start: int) -> None:
    """Send everything from the byte that was asked for."""
    _send(handler, start, CONTENT[start:])


def half(handler: BaseHTTPRequestHandler, start: int) -> None:
    """Send half of what is missing, and close."""
    rest = CONTENT[start:]
    _send(handler, start, rest[: len(rest) // 2], length=len(rest))


def deaf(handler: BaseHTTPRequestHandler, _: int) -> None:
    """Send everything from the first byte, whatever was asked for."""
    _send(handler, 0, CONTENT)


def fails(status: int) -> Behaviour:
    """Answer with an error."""

    def answer(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_error(status)

    return answer


def _send(
    handler: BaseHTTPRequestHandler, start: int, body: bytes, length: int | None = None
) -> None:
    handler.send_response(206 if start else 200)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serving(behaviours: Sequence[Behaviour]) -> Iterator[str]:
    """Serve one behaviour after the other, the last one for ever, and give the address."""
    left = list(behaviours)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            answer = left.pop(0) if len(left) > 1 else left[0]
            answer(self, int(found[1]) if found else 0)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/file.zip"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def fetched(target: Path, *behaviours: Behaviour) -> list[str]:
    """Fetch from a server that behaves like this, and return what was said."""
    said: list[str] = []
    with serving(behaviours) as url:
        download(url, target, say=said.append, attempts=3, sleep=lambda _: None)
    return said


def test_progress_is_shown(tmp_path: Path) -> None:
    """In tenths of the whole."""
    said = fetched(tmp_path / "file", whole)
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert said[-1] == "0.3 of 0.3 MB, 100 %" and len(said) == len(set(said)) <= 11


@pytest.mark.parametrize(
    "behaviours",
    [
        (half, whole),
        (half, half, whole),
        (half, deaf),
        (fails(503), whole),
        (half, fails(416), whole),
    ],
    ids=["resumed", "twice", "from the start", "busy", "another file"],
)
def test_what_breaks_off_goes_on(tmp_path: Path, behaviours: tuple[Behaviour, ...]) -> None:
    """Where it stopped; from the start, if the server will have it so; after a moment."""
    said = fetched(tmp_path / "file", *behaviours)
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert sum("attempt" in text for text in said) == len(behaviours) - 1


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (fails(404), r"file\.zip: got 404 Not Found, expected a file$"),
        (half, r"the file ended after 224000 of 256000 bytes, after 3 attempts$"),
        (fails(500), r"500 Internal Server Error, after 3 attempts$"),
    ],
    ids=["absent", "ends early", "broken"],
)
def test_what_cannot_be_fetched_is_one_sentence(
    tmp_path: Path, behaviour: Behaviour, message: str
) -> None:
    """With the address and what it answered."""
    with pytest.raises(DataRefused, match=message):
        fetched(tmp_path / "file", behaviour)


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With what the system says of it."""
    with serving([whole]) as url:
        pass
    with pytest.raises(DataRefused, match=rf"{url}: .*refused, after 2 attempts"):
        download(url, tmp_path / "file", say=print, attempts=2, sleep=lambda _: None)
