"""Every request has an id, and a failed one its reason in the log."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.request_log import RequestLog
from tests.service import fakes

Events = list[MutableMapping[str, Any]]


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    """Fail before anything is sent."""
    raise RuntimeError("out of paper")


async def good(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer nothing, well."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def ask(app: ASGIApp, *, slow_seconds: float = 60.0) -> tuple[Events, Events]:
    """Send one request with the id `trace-9`; return what was sent back and what was logged."""
    log, capture = fakes.recording_log()
    sent: Events = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    headers = [(b"x-request-id", b"trace-9")]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    asyncio.run(RequestLog(app, log=log, slow_seconds=slow_seconds)(scope, receive, send))
    return sent, capture.entries


def test_an_unexpected_failure_is_answered_and_logged_under_one_id() -> None:
    """The client gets 500 in the common shape with the id; the log has the exception."""
    (start, body), (line,) = ask(broken)
    assert start["status"] == 500
    assert (b"x-request-id", b"trace-9") in start["headers"]
    assert b"the service failed" in body["body"]
    assert (line["request_id"], line["log_level"]) == ("trace-9", "error")
    assert str(line["exc_info"]) == "out of paper"


@pytest.mark.parametrize(("slow_seconds", "level"), [(60.0, "debug"), (0.0, "info")])
def test_a_slow_request_is_worth_a_line(slow_seconds: float, level: str) -> None:
    """A good and quick answer is logged for whoever debugs; a slow one for everybody."""
    (start, _), (line,) = ask(good, slow_seconds=slow_seconds)
    assert start["status"] == 204
    assert line["log_level"] == level
