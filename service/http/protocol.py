"""uvicorn's HTTP protocol for short requests: no task for a prediction, one write per response.

uvicorn searches each header by regular expressions, and writes the head and the body separately,
which are two system calls. For short responses this costs more than the model
(`benchmarks/predict.py` measures it).
"""

from typing import Any

from starlette.types import Message
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from perennial.http.protocol import HttpProtocol
from service.http.roles import PREDICT_PATH
from service.http.steps import Steps

# Headers that change how the body is sent, or what follows it.
CONTROLS = frozenset({b"connection", b"transfer-encoding"})


class OneWriteCycle(RequestResponseCycle):
    """One request: the start of its response waits for the first of its body.

    A response that comes whole is written at once; any other is left to uvicorn.
    """

    _start: Any = None

    async def send(self, message: Any) -> None:
        """Take the next part of the response."""
        start, self._start = self._start, None
        if start is not None:
            response = _whole(self, start, message)
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


def _whole(cycle: RequestResponseCycle, start: Message, message: Message) -> bytes | None:
    """Return the response, None where it is more than a head and the whole body after it."""
    if (
        start["type"] != "http.response.start"
        or message["type"] != "http.response.body"
        or message.get("more_body")
        or not cycle.keep_alive
        or cycle.disconnected
        or cycle.flow.write_paused
        or cycle.scope["method"] == "HEAD"
    ):
        return None
    body = message.get("body", b"")
    headers = [*cycle.default_headers, *start.get("headers", ())]
    fields = dict(headers)
    if fields.get(b"content-length") != b"%d" % len(body) or not CONTROLS.isdisjoint(fields):
        return None
    head = b"".join([STATUS_LINE[start["status"]], *[b"%b: %b\r\n" % each for each in headers]])
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
    cycle.on_response()


class OneWriteProtocol(HttpProtocol):
    """Our HTTP protocol with responses that are written at once.

    A prediction starts as soon as what came of its request is read, usually all of it.
    """

    _reading = False
    _read: Any = None

    def data_received(self, data: bytes) -> None:
        """Read the next bytes, and start the prediction that they ask for."""
        self._reading = True
        super().data_received(data)
        self._reading = False
        steps, self._read = self._read, None
        if steps is not None:
            steps.go_on()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        # uvicorn makes the cycle, and asks nobody of which class.
        cycle.__class__ = OneWriteCycle
        # FastAPI's routes need a task.
        if not self._reading or cycle.scope["path"] != PREDICT_PATH:
            return super()._start_asgi_task(cycle, app)
        self._read = Steps(cycle.run_asgi(app), self.tasks.discard)
        self.tasks.add(self._read)
