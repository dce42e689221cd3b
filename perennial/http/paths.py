"""Requests as proxies and probes send them: HEAD, a slash at the end, a prefix before the path."""

from starlette.types import ASGIApp, Receive, Scope, Send


def usual(scope: Scope, prefix: str) -> Scope:
    """Return a request's scope as the routes know it.

    HEAD becomes GET, for which uvicorn sends no body. A slash at the end of the path is dropped,
    and so is the prefix if the proxy left it there; links in the documentation still have it.
    prefix: begins with a slash; empty if there is none.

    >>> found = usual({"method": "HEAD", "path": "/models/health/"}, "/models")
    >>> found["method"], found["path"]
    ('GET', '/health')
    """
    method, path = scope["method"], scope["path"]
    if prefix and path.startswith(f"{prefix}/"):
        path = path[len(prefix) :]
    return {
        **scope,
        "root_path": prefix,
        "method": "GET" if method == "HEAD" else method,
        "path": path.rstrip("/") or "/",
    }


class Usual:
    """Passes requests to an application as its routes know them."""

    def __init__(self, app: ASGIApp, *, prefix: str = "") -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        await self._app(
            usual(scope, self._prefix) if scope["type"] == "http" else scope, receive, send
        )
