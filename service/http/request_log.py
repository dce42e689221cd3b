"""Middleware for every route but prediction: a request id, safe headers, a log line if needed."""

from time import perf_counter

import structlog
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from perennial.http.door import PAGE_HEADERS
from service.errors import UNEXPECTED
from service.http.request_id import HEADER, request_id


class RequestLog:
    """Gives each request an id; logs refused, failed and slow requests, and all at debug level."""

    def __init__(self, app: ASGIApp, *, log: FilteringBoundLogger, slow_seconds: float) -> None:
        self._app = app
        self._log = log
        self._slow = slow_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started, status = perf_counter(), 0
        request = request_id(dict(scope["headers"]))

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = message.get("headers", [])
                names = {name for name, _ in given}
                safe = (header for header in PAGE_HEADERS if header[0] not in names)
                message["headers"] = [*given, *safe, (HEADER, request)]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request.decode()):
            problem: Exception | None = None
            try:
                await self._app(scope, receive, send_with_id)
            except Exception as error:  # the client gets a response, the log the traceback
                problem = error
                if not status:
                    answer = JSONResponse(UNEXPECTED.body(), status_code=UNEXPECTED.status)
                    await answer(scope, receive, send_with_id)
            self._report(scope, status, perf_counter() - started, problem)

    def _report(self, scope: Scope, status: int, seconds: float, problem: Exception | None) -> None:
        worth = status >= 400 or seconds > self._slow
        failed = status >= 500 or problem is not None
        level = self._log.error if failed else self._log.info if worth else self._log.debug
        level(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            milliseconds=round(seconds * 1000, 2),
            exc_info=problem,
        )
