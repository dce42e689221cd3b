"""A door around a whole application, with the headers that every response has."""

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from perennial.http.door import PAGE_HEADERS, Door
from perennial.http.errors import WrongHost, WrongMediaType, WrongOrigin


class Doorway:
    """Passes on what the door lets through.

    probes: paths that may be asked for under any name.
    """

    def __init__(self, app: ASGIApp, *, door: Door, probes: tuple[str, ...] = ()) -> None:
        self._app = app
        self._door = door
        self._probes = probes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in PAGE_HEADERS:
                    headers.setdefault(name.decode(), value.decode())
            await send(message)

        if scope["path"] not in self._probes:
            try:
                self._door.check(scope["method"], dict(scope["headers"]))
            except (WrongHost, WrongOrigin, WrongMediaType) as error:
                refusal = JSONResponse(error.body(), error.status)
                return await refusal(scope, receive, send_safely)
        await self._app(scope, receive, send_safely)
