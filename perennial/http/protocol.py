"""uvicorn's HTTP protocol, for clients that are slow, close early, or offer another protocol."""

import asyncio
from collections.abc import Callable
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

# Headers of an offer to change the protocol.
OFFER = (b"connection", b"upgrade", b"http2-settings")
TOO_SLOW = b"the request was not complete in time"
# Of a request's first line and headers; httptools itself keeps whatever comes.
MOST_HEAD_BYTES = 65_536
TOO_LARGE = b"the headers are too large"
Refused = Callable[[int], None]


def ignored(status: int) -> None:
    """Do nothing with the status of a refused request."""


class HttpProtocol(HttpToolsProtocol):
    """Reads requests of one connection.

    An offer of another protocol, such as `Upgrade: h2c` by Java's client, is ignored, as RFC 9110,
    section 7.8, allows: httptools would take the body for the first bytes of that protocol.
    A client that closes only its sending side still gets its response.

    request_seconds: time in which a request must be complete, from its first byte, or from the
    connection; then the client gets 408 and the connection is closed.
    grace_seconds: time that the server waits at its end; a request must be complete in half of it.
    refused: told the status of each request that is refused here.
    """

    def __init__(
        self,
        *arguments: Any,
        request_seconds: float,
        grace_seconds: float,
        refused: Refused = ignored,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self._seconds = request_seconds
        self._refused = refused
        self._last_seconds = grace_seconds / 2
        self._complete = False
        self._head_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._idle_since = 0.0
        self._idle_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(self._seconds, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        self._stop()
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read the next bytes."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            return self._ignore_offer(data[offer.args[0] :])
        except httptools.HttpParserError:
            message = "Invalid HTTP request received."
            self.logger.warning(message)
            self.send_400_response(message)
        if self._complete:
            self._stop()
            return
        # uvicorn adds the path at the end of the headers.
        scope: Any = self.scope
        if scope and "path" not in scope:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                self._stop()
                return self._close_with(431, TOO_LARGE)
        if self._timer is None:
            self._timer = self.loop.call_later(self._seconds, self._give_up)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Return whether a response is still to be sent, after which the connection is closed."""
        if not self._complete or self.cycle is None or self.cycle.response_complete:
            return False
        self.cycle.keep_alive = False
        return True

    def shutdown(self) -> None:
        """Close the connection after the request that is in progress."""
        super().shutdown()
        if not (self._complete or self.transport.is_closing()):
            self._stop()
            self._timer = self.loop.call_later(self._last_seconds, self._give_up)

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._complete = False
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End a head; what may follow a body in chunks is none of its headers."""
        super().on_headers_complete()
        self.headers = []

    def on_message_complete(self) -> None:
        """End a request."""
        self._complete = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Start the next request, or wait for one.

        uvicorn starts a timer after each response and cancels it at the next request; here a
        connection has one, which starts again while the connection is in use.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle_since = self.loop.time()
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_later(self.timeout_keep_alive, self._close_idle)

    def _close_idle(self) -> None:
        self._idle_timer = None
        # The end of a response starts the timer again.
        if self.transport.is_closing() or not (self._complete and self.cycle.response_complete):
            return
        seconds = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if seconds > 0:
            self._idle_timer = self.loop.call_later(seconds, self._close_idle)
        else:
            self.transport.close()

    def _should_upgrade(self) -> bool:
        """Have uvicorn pass over a request with an offer: it is read again without that."""
        return bool(self.parser.get_method() != b"CONNECT")

    def _ignore_offer(self, rest: bytes) -> None:
        """Read the request again as if it had no offer; rest: what follows its head."""
        if not self._should_upgrade():
            return self.send_400_response("CONNECT is for proxies.")
        version = self.parser.get_http_version().encode()
        head = [self.parser.get_method(), b" ", self.url, b" HTTP/", version, b"\r\n"]
        for name, value in self.scope["headers"]:
            if name not in OFFER:
                head += [name, b": ", value, b"\r\n"]
        if not self.parser.should_keep_alive():
            head.append(b"connection: close\r\n")
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(b"".join([*head, b"\r\n", rest]))

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if self.pipeline:  # responses to earlier requests come first
            self._timer = self.loop.call_later(self._seconds, self._give_up)
            return
        begun = self.cycle is not None and not self.cycle.response_complete
        if not (begun and self.cycle.response_started):
            self._write(408, TOO_SLOW)
        if begun:  # the application waits for the rest of the body
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    def _write(self, status: int, text: bytes) -> None:
        self._refused(status)
        head = [STATUS_LINE[status], b"content-type: text/plain; charset=utf-8\r\n"]
        head += [b"content-length: ", str(len(text)).encode()]
        self.transport.write(b"".join([*head, b"\r\nconnection: close\r\n\r\n", text]))

    def _close_with(self, status: int, text: bytes) -> None:
        self._write(status, text)
        self.transport.close()
