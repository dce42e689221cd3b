"""Who may read the relay's pages: this machine, or whoever has a key for them."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from perennial.http.credentials import forbidden, secret, unauthorised
from perennial.http.errors import Forbidden, Unauthorised
from perennial.http.keyring import Keyring
from perennial.http.keys import ADMIN, METRICS
from perennial.http.paths import route

ALERTS, HEALTH = "/alerts", "/health"
# Alerts are let in by their senders' own token or signature; a probe learns nothing else.
OPEN = (ALERTS, HEALTH)
ROLES = {"/metrics": METRICS}


class Pages:
    """Asks for a key before every page; what has no role of its own needs `admin`.

    It stands where paths are as the routes know them.
    """

    def __init__(self, app: ASGIApp, *, keys: Keyring) -> None:
        self._app = app
        self._keyring = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "http" and (path := route(scope)) not in OPEN:
            try:
                self._check(scope, ROLES.get(path, ADMIN))
            except (Unauthorised, Forbidden) as error:
                refusal = JSONResponse(error.body(), error.status, error.headers())
                return await refusal(scope, receive, send)
        await self._app(scope, receive, send)

    def _check(self, scope: Scope, role: str) -> None:
        headers, keys = dict(scope["headers"]), self._keyring.keys
        holder = keys.find(secret(headers) or b"")
        if holder is None:
            raise unauthorised(headers, keys, role)
        if role not in holder.allowed:
            raise forbidden(role)
