"""A forge whose every answer is held to GitLab's schemas, whatever the test is about."""

import json
from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive, Scope, Send

from demo.forge.api.requests import API
from demo.forge.api.routes import ROUTES
from demo.forge.api.routing import find
from tests.demo.forge.amendments import AMENDED
from tests.demo.forge.contract import WITH_SCHEMA, WITHOUT_SCHEMA
from tests.demo.forge.json_schemas import Schemas

App = Callable[[Scope, Receive, Send], Awaitable[None]]
HELD = {**WITH_SCHEMA, **WITHOUT_SCHEMA}
SCHEMAS = Schemas(AMENDED)


class Held:
    """An ASGI application around the forge's; `problems` has what GitLab would not answer."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.problems: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and look at the answer where it is a success of the API."""
        status, body = 0, b""

        async def look(message: Message) -> None:
            nonlocal status, body
            status = message.get("status", status)
            body += message.get("body", b"")
            await send(message)

        is_call = scope["type"] == "http" and scope["path"].startswith(f"{API}/")
        await self.app(scope, receive, look if is_call else send)
        if is_call and 200 <= status < 300:
            path = scope["raw_path"].decode().removeprefix(API)
            self.problems += problems(scope["method"], path, body)


def problems(method: str, path: str, body: bytes) -> list[str]:
    """Return what GitLab would not answer to a call."""
    route, _ = find(ROUTES, method, path)
    name = f"{route.method} {route.pattern}"
    schema = HELD.get(name)
    found = SCHEMAS.problems(json.loads(body), schema) if schema is not None else []
    return [f"{name}: {line}" for line in found]
