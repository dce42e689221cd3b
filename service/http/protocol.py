"""uvicorn's HTTP protocol with a short way for predictions: no task, no ASGI, one write.

For a short request, the task, ASGI's messages, uvicorn's search of each header by regular
expressions and its second write cost more than the model (`benchmarks/predict.py` measures it).
"""

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from perennial.http.protocol import HttpProtocol
from service.http.response import Headers, Respond, Take, send_whole
from service.http.roles import PREDICT_PATH

# Headers that change how the body is sent, or what follows it.
CONTROLS = frozenset({b"connection", b"transfer-encoding"})
# Returns what takes a prediction's body, None where it has refused it by its head; the last is when
# the request began, by `perf_counter`.
Expect = Callable[[Scope, Respond, float], Take | None]


class PredictProtocol(HttpProtocol):
    """Our HTTP protocol with a short way for predictions.

    expect: told of each prediction once its head has come. A body that is long, or that the client
    wants to be asked for, is the application's, as is every other request.
    """

    def __init__(self, *arguments: Any, expect: Expect, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._expect = expect
        self._reading = False
        self._begun: Any = None
        self._take: Take | None = None

    def data_received(self, data: bytes) -> None:
        """Read the next bytes, and answer the prediction that they ask for."""
        self._reading = True
        super().data_received(data)
        self._reading = False
        cycle = self._begun
        if cycle is None:
            return
        if self._take is None:
            respond = partial(self._respond, cycle)
            self._take = self._expect(cycle.scope, respond, perf_counter())
        if self._take is None:
            self._begun = None
        elif not cycle.more_body:
            take, self._begun, self._take = self._take, None, None
            take(bytes(cycle.body))
        elif cycle.waiting_for_100_continue or self.flow.read_paused:
            self._begun = self._take = None
            super()._start_asgi_task(cycle, self.app)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self._reading and cycle.scope["path"] == PREDICT_PATH:
            self._begun = cycle
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


def _whole(cycle: RequestResponseCycle, status: int, sent: Headers, body: bytes) -> bytes | None:
    """Return the bytes of a response, None where uvicorn has to look closer."""
    if not cycle.keep_alive or cycle.flow.write_paused or cycle.scope["method"] == "HEAD":
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
