"""Predictions without a task, and their responses in one write."""

import asyncio
import logging
from typing import Any, cast

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from service.http.protocol import Expect, PredictProtocol
from service.http.response import Headers, Respond, Take, send_whole

HEADERS = [(b"content-type", b"text/plain"), (b"content-length", b"4")]
RESPONSE = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\nbody"


class Wire:
    """A transport that notes what it is told."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def write(self, data: bytes) -> None:
        """Note the bytes."""
        self.events.append(data)

    def close(self) -> None:
        """Note the end."""
        self.events.append("closed")

    def is_closing(self) -> bool:
        """Say whether the end was noted."""
        return "closed" in self.events

    def get_extra_info(self, _: str) -> None:
        """Know nothing of the connection."""

    def pause_reading(self) -> None:
        """Read on."""

    def resume_reading(self) -> None:
        """Read on."""


def served(app: ASGIApp, *parts: bytes, expect: Expect, seconds: float = 0.0) -> list[Any]:
    """Return what is written for the bytes of a client, and "closed" where the server ends it.

    seconds: between the last bytes and the client's end.
    """
    wire = Wire()
    events: list[Any] = []

    async def main() -> None:
        config = uvicorn.Config(app, server_header=False, date_header=False, log_config=None)
        config.load()
        protocol = PredictProtocol(
            config=config,
            server_state=ServerState(),
            app_state={},
            request_seconds=9,
            grace_seconds=9,
            expect=expect,
        )
        protocol.connection_made(cast(asyncio.Transport, wire))
        for part in parts:
            # As a transport does, in no task.
            asyncio.get_running_loop().call_soon(protocol.data_received, part)
            await asyncio.sleep(0)
        await asyncio.sleep(seconds)
        while protocol.tasks:
            await asyncio.sleep(0)
        events.extend(wire.events)
        protocol.connection_lost(None)

    asyncio.run(main())
    return events


def says(headers: Headers, body: bytes = b"body") -> ASGIApp:
    """Return an application that answers with these headers and this body."""

    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send_whole(send, 200, headers, body)

    return app


def says_at_once(headers: Headers, body: bytes = b"body") -> Expect:
    """Return what answers a prediction with these headers and this body."""
    return lambda scope, respond, started: lambda content: respond(200, headers, body)


def never(*_: object) -> Take:
    """Be no prediction."""
    raise AssertionError("expected as a prediction")


def ignores(*_: object) -> Take:
    """Admit a prediction whose body is the application's to read."""
    return never_takes


def never_takes(_: bytes) -> None:
    """Take no body."""
    raise AssertionError("took a body")


async def absent(_: Scope, __: Receive, ___: Send) -> None:
    """Be no request for the application."""
    raise AssertionError("the application was asked")


async def reads(_: Scope, receive: Receive, send: Send) -> None:
    """Answer with the hundreds of bytes of the body."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message["body"]), message["more_body"]
    await send_whole(send, 200, HEADERS, b"%4d" % (size // 100))


def request(
    method: str = "GET", *headers: str, path: str = "/predict", version: str = "1.1"
) -> bytes:
    """Return a request without a body."""
    return "\r\n".join([f"{method} {path} HTTP/{version}", "host: a", *headers, "", ""]).encode()


def test_head_and_body_are_written_together() -> None:
    """The response to a prediction is one write."""
    assert served(absent, request(), expect=says_at_once(HEADERS)) == [RESPONSE]


def test_a_second_request_gets_its_response_after_the_first() -> None:
    """Of two that are sent together, the application answers the second."""
    first, *second = served(says(HEADERS), request() * 2, expect=says_at_once(HEADERS))
    assert first == RESPONSE and b"".join(second) == RESPONSE


@pytest.mark.parametrize(
    "sent, headers",
    [
        (request("HEAD"), HEADERS),
        (request("GET", "connection: close"), HEADERS),
        (request(version="1.0"), HEADERS),
        (request(), HEADERS[:1]),
        (request(), [*HEADERS, (b"connection", b"close")]),
    ],
)
def test_other_responses_are_as_uvicorn_writes_them(sent: bytes, headers: Headers) -> None:
    """To a HEAD request, the last one of a connection, or one without a length."""
    *parts, end = served(absent, sent, expect=says_at_once(headers))
    *usual, last = served(says(headers), sent.replace(b"/predict", b"/"), expect=never)
    assert (parts, end) == (usual, last) != ([], RESPONSE)


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\0b"])
def test_a_header_cannot_begin_another(value: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A line break in a header ends in a server error, as uvicorn has it."""
    headers = [*HEADERS, (b"x-request-id", value)]
    with caplog.at_level(logging.CRITICAL, logger="uvicorn.error"):
        assert served(absent, request(), expect=says_at_once(headers)) == ["closed"]


@pytest.mark.parametrize("length", [b"3", b"5"])
def test_a_wrong_length_ends_the_connection(
    length: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """The client would take the next response for the rest of this one."""
    headers = [HEADERS[0], (b"content-length", length)]
    with caplog.at_level(logging.CRITICAL, logger="uvicorn.error"):
        assert served(absent, request(), expect=says_at_once(headers))[-1] == "closed"


@pytest.mark.parametrize("path", ["/feedback", "/predict/", "/v1/models/a:predict"])
def test_every_other_path_is_the_applications(path: str) -> None:
    """FastAPI's routes need a task."""
    assert b"".join(served(says(HEADERS), request(path=path), expect=never)) == RESPONSE


@pytest.mark.parametrize("parts", [(b"body",), (b"", b"body"), (b"bo", b"dy"), (b"", b"b", b"ody")])
def test_a_prediction_waits_for_its_body(parts: tuple[bytes, ...]) -> None:
    """Whether it comes with the head or after it, in one part or in several."""

    def echo(_: Scope, respond: Respond, __: float) -> Take:
        return lambda content: respond(200, HEADERS, content)

    first, *more = parts
    head = request("POST", "content-length: 4")
    assert served(absent, head + first, *more, expect=echo) == [RESPONSE]


def test_a_prediction_with_a_long_body_is_read_by_the_application() -> None:
    """The application may refuse it after any part, so not all of it has to be held."""
    head = request("POST", "content-length: 100000")
    written = b"".join(served(reads, head, *[b"x" * 1000] * 100, expect=ignores))
    assert written.endswith(b"\r\n\r\n1000")


def test_a_client_that_asks_may_send_its_body() -> None:
    """It gets 100 Continue, and then its answer."""
    head = request("POST", "content-length: 400", "expect: 100-continue")
    first, *rest = served(reads, head, b"x" * 400, expect=ignores)
    assert first == b"HTTP/1.1 100 Continue\r\n\r\n" and rest[-1] == b"   4"


def test_a_prediction_may_be_answered_later() -> None:
    """The connection stays open, and the requests behind it wait for their turn."""

    def later(_: Scope, respond: Respond, __: float) -> Take:
        def take(_: bytes) -> None:
            asyncio.get_running_loop().call_later(0.01, respond, 200, HEADERS, b"late")

        return take

    sent = request() + request(path="/")
    first, *second = served(says(HEADERS), sent, expect=later, seconds=0.1)
    assert first == RESPONSE.replace(b"\r\nbody", b"\r\nlate")
    assert b"".join(second) == RESPONSE


def test_a_client_that_leaves_before_its_answer_gets_none() -> None:
    """Nothing is written to a closed connection, nor fails."""
    waiting: list[Respond] = []

    def expect(_: Scope, respond: Respond, __: float) -> Take:
        return lambda content: waiting.append(respond)

    events = served(absent, request(), expect=expect)
    waiting[0](200, HEADERS, b"late")
    assert events == []


def test_a_prediction_may_be_refused_by_its_head() -> None:
    """Its client gets the answer before it has sent a body, and may then ask again."""

    def refuse(_: Scope, respond: Respond, __: float) -> None:
        respond(400, HEADERS, b"long")

    head = request("POST", "content-length: 9")
    refusal = RESPONSE.replace(b"200 OK", b"400 Bad Request").replace(b"\r\nbody", b"\r\nlong")
    assert served(absent, head, expect=refuse) == [refusal]
    first, *second = served(says(HEADERS), head, b"too much!" + request(path="/"), expect=refuse)
    assert first == refusal and b"".join(second) == RESPONSE
