"""uvicorn's HTTP protocol for short requests: no task for a prediction, one write per response.

uvicorn searches each header by regular expressions, and writes the head and the body separately,
which are two system calls. A task and ASGI's messages take as long again. For short requests this
costs more than the model (`benchmarks/predict.py` measures it).
"""

from collections.abc import Callable, Iterable
from functools import partial
from time import perf_counter
from typing import Any

from starlette.types import Message, Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from perennial.http.protocol import HttpProtocol
from service.http.response import Headers, Respond, send_whole
from service.http.roles import PREDICT_PATH

# Headers that change how the body is sent, or what follows it.
CONTROLS = frozenset({b"connection", b"transfer-encoding"})
# Answers a request whose body has come; the last is when the request began, by `perf_counter`.
AtOnce = Callable[[Scope, bytes, Respond, float], None]


class OneWriteCycle(RequestResponseCycle):
    """One request: the start of its response waits for the first of its body.

    A response that comes whole is written at once; any other is left to uvicorn.
    """

    _start: Any = None

    async def send(self, message: Any) -> None:
        """Take the next part of the response."""
        start, self._start = self._start, None
        if start is not None:
            response = _whole_of(self, start, message)
            if response is not None:
                return _write(self, response)
            await super().send(start)
        elif message["type"] == "http.response.start" and not self.response_started:
            self._start = message
            return
        await super().send(message)

    async def send_500_response(self) -> None:
        """Answer a request whose application failed; what waits was not sent."""
        self._start = None
        await super().send_500_response()


def _whole_of(cycle: RequestResponseCycle, start: Message, message: Message) -> bytes | None:
    """Return the response, None where it is more than a head and the whole body after it."""
    if (
        start["type"] != "http.response.start"
        or message["type"] != "http.response.body"
        or message.get("more_body")
    ):
        return None
    return _whole(cycle, start["status"], start.get("headers", ()), message.get("body", b""))


def _whole(
    cycle: RequestResponseCycle, status: int, sent: Iterable[tuple[bytes, bytes]], body: bytes
) -> bytes | None:
    """Return the response, None where uvicorn has to look closer."""
    if (
        not cycle.keep_alive
        or cycle.disconnected
        or cycle.flow.write_paused
        or cycle.scope["method"] == "HEAD"
    ):
        return None
    headers = [*cycle.default_headers, *sent]
    fields = dict(headers)
    if fields.get(b"content-length") != b"%d" % len(body) or not CONTROLS.isdisjoint(fields):
        return None
    head = b"".join([STATUS_LINE[status], *[b"%b: %b\r\n" % each for each in headers]])
    # A line break in a header would begin another; uvicorn refuses it.
    lines = len(headers) + 1
    if head.count(b"\n") != lines or head.count(b"\r") != lines or b"\0" in head:
        return None
    return b"".join((head, b"\r\n", body))


def _write(cycle: RequestResponseCycle, response: bytes) -> None:
    cycle.waiting_for_100_continue = False
    cycle.response_started = cycle.response_complete = True
    cycle.transport.write(response)
    cycle.message_event.set()
    done, cycle.on_response = cycle.on_response, _nothing
    done()


def _nothing() -> None:
    """Let go of the connection, which knows its last request."""


class OneWriteProtocol(HttpProtocol):
    """Our HTTP protocol with responses that are written at once.

    at_once: answers a prediction once its body has come. Those with a body that is long, or that
    the client wants to be asked for, are the application's, as is every other request.
    """

    def __init__(self, *arguments: Any, at_once: AtOnce | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._at_once: Any = at_once
        self._reading = False
        self._begun: Any = None
        self._started = 0.0

    def data_received(self, data: bytes) -> None:
        """Read the next bytes, and answer the prediction that they ask for."""
        self._reading = True
        super().data_received(data)
        self._reading = False
        cycle = self._begun
        if cycle is None:
            return
        if not cycle.more_body:
            self._begun, content = None, bytes(cycle.body)
            self._at_once(cycle.scope, content, partial(self._respond, cycle), self._started)
        elif cycle.waiting_for_100_continue or self.flow.read_paused:
            self._begun = None
            super()._start_asgi_task(cycle, self.app)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        # uvicorn makes the cycle, and asks nobody of which class.
        cycle.__class__ = OneWriteCycle
        if self._reading and self._at_once and cycle.scope["path"] == PREDICT_PATH:
            self._begun, self._started = cycle, perf_counter()
        else:
            super()._start_asgi_task(cycle, app)

    def _respond(
        self, cycle: RequestResponseCycle, status: int, headers: Headers, content: bytes
    ) -> None:
        if cycle.disconnected:
            return
        response = _whole(cycle, status, headers, content)
        if response is not None:
            return _write(cycle, response)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await send_whole(send, status, headers, content)

        super()._start_asgi_task(cycle, app)
