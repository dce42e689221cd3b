"""Middleware for every route but the hot one: a request id, and a log line where worth it."""

from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from service.request_id import HEADER, request_id


class RequestLog:
    """Gives each request its id; logs refused, failed and slow ones, and at debug level all."""

    def __init__(self, app: ASGIApp, *, log: FilteringBoundLogger, slow_seconds: float) -> None:
        self._app = app
        self._log = log
        self._slow = slow_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started, status = perf_counter(), 500
        request = request_id(scope["headers"])

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (HEADER, request)]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request.decode()):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                self._report(scope, status, perf_counter() - started)

    def _report(self, scope: Scope, status: int, seconds: float) -> None:
        worth = status >= 400 or seconds > self._slow
        level = self._log.error if status >= 500 else self._log.info if worth else self._log.debug
        level(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            milliseconds=round(seconds * 1000, 2),
        )
