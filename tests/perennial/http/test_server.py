"""Our server with odd clients, over real sockets."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send

from perennial.http.protocol import HttpProtocol
from perennial.http.server import server
from service.http.protocol import PredictProtocol
from service.http.response import Respond, Take
from tests.raw_client import body, connected, exchange, request, status, to_end
from tests.service.fakes import wait_until

Protocol = Callable[..., HttpProtocol]
JAVA = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ")


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the method, the path and the body."""
    if scope["type"] == "lifespan":
        return await _live(receive, send)
    content, more = b"", True
    while more:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            return
        content += message["body"]
        more = message.get("more_body", False)
    if scope["path"] == "/slow":
        await asyncio.sleep(1.0)
    answer = f"{scope['method']} {scope['path']} ".encode() + content
    length = (b"content-length", str(len(answer)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": answer})


async def _live(receive: Receive, send: Send) -> None:
    for event in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{event}.complete"})


def expect(scope: Scope, respond: Respond, _: float) -> Take:
    """Answer as `echo` does."""

    def take(content: bytes) -> None:
        answer = f"{scope['method']} {scope['path']} ".encode() + content
        respond(200, [(b"content-length", str(len(answer)).encode())], answer)

    return take


PROTOCOLS = (HttpProtocol, partial(PredictProtocol, expect=expect))


@contextmanager
def running(
    protocol: Protocol,
    *,
    request_seconds: float = 20.0,
    keep_alive_seconds: int = 20,
    grace_seconds: float = 20.0,
) -> Iterator[tuple[int, uvicorn.Server]]:
    """Serve `echo`; give the port and the server."""
    instance = server(
        echo,
        host="127.0.0.1",
        port=0,
        request_seconds=request_seconds,
        keep_alive_seconds=keep_alive_seconds,
        grace_seconds=grace_seconds,
        protocol=protocol,
        log_config=None,
    )
    thread = threading.Thread(target=instance.run)
    thread.start()
    try:
        wait_until(lambda: instance.started, seconds=20)
        yield instance.servers[0].sockets[0].getsockname()[1], instance
    finally:
        instance.should_exit = True
        thread.join()


@pytest.fixture(scope="module", params=PROTOCOLS)
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a server that is patient."""
    with running(request.param) as (number, _):
        yield number


@pytest.mark.parametrize("pieces", [1, 2, 9])
def test_an_offer_to_change_the_protocol_is_ignored(port: int, pieces: int) -> None:
    """Java's client offers HTTP/2 with its first request; the body is read all the same."""
    whole = request("POST", "/predict", b"a body", *JAVA, close=False)
    step = len(whole) // pieces + 1
    parts = [whole[start : start + step] for start in range(0, len(whole), step)]
    answer = exchange(port, *parts, request("GET", "/next"), pause=0.02)
    first, _, second = answer.partition(b"HTTP/1.1 200 OK\r\n")[2].partition(b"HTTP/1.1 200 OK\r\n")
    assert body(first) == b"POST /predict a body" and body(second) == b"GET /next "


@pytest.mark.parametrize("offer", ["websocket", "TLS/1.0", "h2c, websocket"])
def test_an_offer_in_chunks_or_without_a_body_is_ignored_too(port: int, offer: str) -> None:
    """Whatever is offered, and however the body is sent."""
    headers = ("Connection: upgrade", f"Upgrade: {offer}")
    assert body(exchange(port, request("GET", "/", b"", *headers))) == b"GET / "
    chunks = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    head = request("POST", "/", b"", "Transfer-Encoding: chunked", *headers)
    assert body(exchange(port, head, chunks, pause=0.02)) == b"POST / abcde"


def test_a_tunnel_is_refused(port: int) -> None:
    """CONNECT is for proxies; the server goes on."""
    assert status(exchange(port, request("CONNECT", "example.com:443"))) == 400
    assert status(exchange(port, request("GET", "/"))) == 200


def test_what_is_not_http_is_refused(port: int) -> None:
    """A client that speaks TLS or HTTP/2 at once learns that it is wrong here."""
    for first in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ):
        assert status(exchange(port, first)) == 400


def test_a_client_that_has_closed_its_side_gets_its_response(port: int) -> None:
    """`nc -N` and some HTTP/1.0 clients close their sending side after the request."""
    with connected(port) as connection:
        connection.sendall(request("POST", "/predict", b"abc", close=False))
        connection.shutdown(socket.SHUT_WR)
        assert body(to_end(connection)) == b"POST /predict abc"


def test_requests_sent_at_once_get_their_responses_in_order(port: int) -> None:
    """A client may send the next request before the response; closing its side changes nothing."""
    with connected(port) as connection:
        parts = [request("GET", f"/{number}", close=False) for number in range(3)]
        connection.sendall(b"".join(parts))
        connection.shutdown(socket.SHUT_WR)
        answer = to_end(connection)
    assert [answer.count(f"GET /{number} ".encode()) for number in range(3)] == [1, 1, 1]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST / HT",
        b"POST /predict HTTP/1.1\r\nHost: test\r\n",
        b"POST /predict HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\nhalf",
        request("GET", "/predict", close=False) + b"GET /slow HTTP/1.1\r\n",
        request("POST", "/predict", b"abcd", *JAVA, close=False)[:-2],
    ],
    ids=["nothing", "a word", "half a head", "no body", "half a body", "a second head", "an offer"],
)
def test_a_request_that_is_not_complete_in_time_is_given_up(
    protocol: Protocol, sent: bytes
) -> None:
    """The client gets 408, the connection is closed, and others are served meanwhile."""
    with running(protocol, request_seconds=0.4) as (port, _), connected(port) as connection:
        connection.sendall(sent)
        assert status(exchange(port, request("GET", "/other"))) == 200
        answer = to_end(connection)
        assert b"408 Request Timeout" in answer
        assert status(exchange(port, request("GET", "/other"))) == 200


def test_without_that_time_half_a_request_is_held_open() -> None:
    """As long as its client likes."""
    with running(HttpProtocol, request_seconds=3600.0) as (port, _), connected(port) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\nhalf")
        connection.settimeout(1.0)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(3.0)
        connection.sendall(b" full")
        assert b"POST / half full" in connection.recv(65536)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("start", [b"GET /predict HTTP/1.1\r\nX: ", b"GET /predict"])
def test_headers_without_end_are_refused(protocol: Protocol, start: bytes) -> None:
    """They would all be kept until the time of a request is over; others are served meanwhile."""
    with running(protocol) as (port, _), connected(port) as connection:
        connection.sendall(start)
        with suppress(ConnectionError):  # closed before all was sent
            for _ in range(100):
                connection.sendall(b"a" * 10_000)
                time.sleep(0.002)
        assert status(exchange(port, request("GET", "/other"))) == 200
        with suppress(ConnectionError):
            assert status(to_end(connection)) == 431


def test_large_headers_within_the_limit_are_read(port: int) -> None:
    """As of clients with many cookies."""
    answer = exchange(port, request("GET", "/", b"", f"Cookie: {'a' * 60_000}"))
    assert status(answer) == 200


def test_an_offer_with_a_wish_to_close_is_closed(port: int) -> None:
    """Only the offer is ignored."""
    headers = ("Connection: close, Upgrade", "Upgrade: h2c")
    with connected(port) as connection:
        connection.sendall(request("GET", "/predict", b"", *headers, close=False))
        connection.settimeout(3)
        assert b"connection: close" in to_end(connection)


def test_a_slow_request_does_not_cost_an_earlier_one_its_response() -> None:
    """Both came over one connection; the first is answered, the second is given up."""
    with running(HttpProtocol, request_seconds=0.4) as (port, _), connected(port) as connection:
        connection.sendall(request("GET", "/slow", close=False))
        connection.sendall(request("POST", "/", b"abcdef", close=False)[:-3])
        answer = to_end(connection)
    assert answer.startswith(b"HTTP/1.1 200") and b"GET /slow" in answer
    assert answer.index(b"408 Request Timeout") > answer.index(b"GET /slow")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_slow_request_within_the_time_is_answered(protocol: Protocol) -> None:
    """Each request of a connection has its own time."""
    with running(protocol, request_seconds=0.6) as (port, _):
        whole = request("POST", "/predict", b"abcdef", close=False)
        parts = [whole[:30], whole[30:], whole[:50], whole[50:]]
        answer = exchange(port, *parts, request("GET", "/end"), pause=0.3)
    assert answer.count(b"200 OK") == 3


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_idle_connection_is_kept_as_long_as_set(protocol: Protocol) -> None:
    """Proxies keep theirs for a minute; who closes first must be settled."""
    with running(protocol, keep_alive_seconds=1) as (port, _), connected(port) as connection:
        for _ in range(2):
            connection.sendall(request("GET", "/predict", close=False))
            assert b"200 OK" in connection.recv(65536)
            time.sleep(0.5)
        assert to_end(connection) == b""


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_half_a_request_does_not_hold_up_the_end(protocol: Protocol) -> None:
    """The server ends within its grace time, and says so to the client."""
    with running(protocol, grace_seconds=1.0) as (port, instance):
        with connected(port) as connection:
            connection.sendall(request("POST", "/predict", b"abcdef")[:-3])
            time.sleep(0.1)
            instance.should_exit = True
            assert status(to_end(connection)) == 408
