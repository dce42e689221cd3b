"""One write per response, and predictions without a task."""

import asyncio
import contextlib
import logging
from typing import Any, cast

import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.server import ServerState

from service.http.protocol import AtOnce, OneWriteProtocol
from service.http.response import Respond

HEADERS = [(b"content-type", b"text/plain"), (b"content-length", b"4")]
START = {"type": "http.response.start", "status": 200, "headers": HEADERS}
BODY = {"type": "http.response.body", "body": b"body"}
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


def served(app: ASGIApp, request: bytes) -> list[Any]:
    """Return what is written for the bytes of a client, and "closed" where the server ends it.

    A prediction that is answered at once gets the same.
    """
    events = _served(app, request)
    assert _served(app, request.replace(b" / ", b" /predict "), at_once=at_once(app)) == events
    return events


def at_once(app: ASGIApp) -> AtOnce:
    """Return what responds with all that an application sends."""

    def respond_to(scope: Scope, _: bytes, respond: Respond, __: float) -> None:
        messages: list[Message] = []

        async def send(message: Message) -> None:
            messages.append(message)

        async def receive() -> Message:
            raise AssertionError("read the body, which was given")

        with contextlib.suppress(StopIteration):
            app(scope, receive, send).__await__().__next__()
        start, body = messages
        respond(start["status"], start["headers"], body["body"])

    return respond_to


def never(*_: object) -> None:
    """Be no request for a prediction that is whole."""
    raise AssertionError("answered at once")


def _served(
    app: ASGIApp, *parts: bytes, at_once: AtOnce = never, seconds: float = 0.0
) -> list[Any]:
    wire = Wire()
    events: list[Any] = []

    async def main() -> None:
        config = uvicorn.Config(app, server_header=False, date_header=False, log_config=None)
        config.load()
        protocol = OneWriteProtocol(
            config=config,
            server_state=ServerState(),
            app_state={},
            request_seconds=9,
            grace_seconds=9,
            at_once=at_once,
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


def sends(*messages: Message) -> ASGIApp:
    """Return an application that sends these messages."""

    async def app(_: Scope, __: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    return app


def request(method: str = "GET", *headers: str, path: str = "/") -> bytes:
    """Return a request without a body."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "host: a", *headers, "", ""]).encode()


def test_head_and_body_are_written_together() -> None:
    """A response that comes whole is one write; so is each of two requests sent together."""
    assert served(sends(START, BODY), request()) == [RESPONSE]
    assert served(sends(START, BODY), request() * 2) == [RESPONSE, RESPONSE]


def test_a_body_in_parts_is_written_as_it_comes() -> None:
    """Nothing waits for the last part."""
    first = {"type": "http.response.body", "body": b"bo", "more_body": True}
    last = {"type": "http.response.body", "body": b"dy"}
    written = _served(sends(START, first, last), request())
    assert written[1:] == [b"bo", b"dy"] and written[0] + b"body" == RESPONSE


def test_a_response_without_a_length_is_chunked() -> None:
    """The client knows where it ends."""
    start = {**START, "headers": HEADERS[:1]}
    assert b"".join(served(sends(start, BODY), request())).endswith(b"4\r\nbody\r\n0\r\n\r\n")


def test_a_head_request_gets_no_body() -> None:
    """Its response has the length that the body would have."""
    written = b"".join(served(sends(START, BODY), request("HEAD")))
    assert written == RESPONSE.removesuffix(b"body")


def test_the_last_response_of_a_connection_says_so() -> None:
    """A client that asks for it is told that the connection ends, and it does."""
    *parts, end = served(sends(START, BODY), request("GET", "connection: close"))
    written = b"".join(parts)
    assert (
        end == "closed"
        and b"connection: close\r\n" in written
        and written.endswith(b"\r\n\r\nbody")
    )


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\0b"])
def test_a_header_cannot_begin_another(value: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A line break in a header ends in a server error, as uvicorn has it."""
    start = {**START, "headers": [*HEADERS, (b"x-request-id", value)]}
    with caplog.at_level(logging.CRITICAL, logger="uvicorn.error"):
        events = served(sends(start, BODY), request())
    assert events == ["closed"]


@pytest.mark.parametrize("length", [b"3", b"5"])
def test_a_wrong_length_ends_the_connection(
    length: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """The client would take the next response for the rest of this one."""
    start = {**START, "headers": [HEADERS[0], (b"content-length", length)]}
    with caplog.at_level(logging.CRITICAL, logger="uvicorn.error"):
        assert served(sends(start, BODY), request())[-1] == "closed"


def test_an_error_after_the_start_is_still_a_server_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What waits was not sent, so the client gets a whole response."""

    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send(START)
        raise ValueError("broken")

    with caplog.at_level(logging.CRITICAL, logger="uvicorn.error"):
        head, *_ = _served(app, request())
    assert head.startswith(b"HTTP/1.1 500 ")


async def _whoever(_: Scope, __: Receive, send: Send) -> None:
    text = b"none" if asyncio.current_task() is None else b"task"
    await send(START)
    await send({"type": "http.response.body", "body": text})


@pytest.mark.parametrize(("path", "text"), [("/predict", b"none"), ("/feedback", b"task")])
def test_only_a_prediction_has_no_task(path: str, text: bytes) -> None:
    """FastAPI's routes need one."""
    (written,) = _served(_whoever, request(path=path), at_once=at_once(_whoever))
    assert written.endswith(text)


@pytest.mark.parametrize("parts", [(b"body",), (b"", b"body"), (b"bo", b"dy"), (b"", b"b", b"ody")])
def test_a_prediction_waits_for_its_body(parts: tuple[bytes, ...]) -> None:
    """Whether it comes with the head or after it, in one part or in several."""
    head = request("POST", "content-length: 4", path="/predict")

    def whole(_: Scope, content: bytes, respond: Respond, __: float) -> None:
        respond(200, HEADERS, content)

    first, *more = parts
    assert _served(sends(), head + first, *more, at_once=whole) == [RESPONSE]


async def _reads(_: Scope, receive: Receive, send: Send) -> None:
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message["body"]), message["more_body"]
    await send(START)
    await send({"type": "http.response.body", "body": b"%4d" % (size // 100)})


def test_a_prediction_with_a_long_body_is_read_by_the_application() -> None:
    """The application may refuse it after any part, so not all of it has to be held."""
    part = b"x" * 1000
    head = request("POST", "content-length: 100000", path="/predict")
    (written,) = _served(_reads, head, *[part] * 100)
    assert written.endswith(b"\r\n\r\n1000")


def test_a_client_that_asks_may_send_its_body() -> None:
    """It gets 100 Continue, and then its answer."""
    head = request("POST", "content-length: 400", "expect: 100-continue", path="/predict")
    events = _served(_reads, head, b"x" * 400)
    assert events[0] == b"HTTP/1.1 100 Continue\r\n\r\n" and events[1].endswith(b"\r\n\r\n   4")


def test_a_prediction_may_be_answered_later() -> None:
    """The connection stays open, and the requests behind it wait for their turn."""

    def later(_: Scope, __: bytes, respond: Respond, ___: float) -> None:
        asyncio.get_running_loop().call_later(0.01, respond, 200, HEADERS, b"late")

    first = request(path="/predict")
    events = _served(sends(START, BODY), first + request(), at_once=later, seconds=0.1)
    assert events == [RESPONSE.replace(b"\r\nbody", b"\r\nlate"), RESPONSE]


def test_a_client_that_leaves_before_its_answer_gets_none() -> None:
    """Nothing is written to a closed connection, nor fails."""
    waiting: list[Respond] = []
    events = _served(
        sends(), request(path="/predict"), at_once=lambda *given: waiting.append(given[2])
    )
    waiting[0](200, HEADERS, b"late")
    assert events == []
