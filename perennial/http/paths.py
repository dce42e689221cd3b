"""Requests as proxies and probes send them: HEAD, a slash at the end, a prefix before the path."""

from starlette.types import ASGIApp, Receive, Scope, Send


def normalised(scope: Scope, prefix: str) -> Scope:
    """Return a request's scope as the routes know it.

    HEAD becomes GET, for which uvicorn sends no body. A slash at the end of the path is dropped.
    The prefix is in front of the path, as ASGI wants it, whether the proxy left it there or not.
    prefix: begins with a slash; empty if there is none.

    >>> found = normalised({"method": "HEAD", "path": "/health/"}, "/models")
    >>> found["method"], found["path"], route(found)
    ('GET', '/models/health', '/health')
    """
    method, path = scope["method"], scope["path"]
    if prefix and path.startswith(f"{prefix}/"):
        path = path[len(prefix) :]
    return {
        **scope,
        "root_path": prefix,
        "method": "GET" if method == "HEAD" else method,
        "path": prefix + (path.rstrip("/") or "/"),
    }


def route(scope: Scope) -> str:
    """Return the path of a normalised scope without its prefix."""
    path: str = scope["path"]
    return path[len(scope["root_path"]) :]


class Normalised:
    """Passes requests to an application as its routes know them."""

    def __init__(self, app: ASGIApp, *, prefix: str = "") -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "http":
            scope = normalised(scope, self._prefix)
        await self._app(scope, receive, send)
