"""The server with the service's settings."""

import uvicorn
from starlette.types import ASGIApp

from perennial.http.server import server as _server
from service.http.protocol import OneWriteProtocol
from service.settings import Settings


def server(app: ASGIApp, settings: Settings) -> uvicorn.Server:
    """Return the server of an application; it logs through the standard library."""
    return _server(
        app,
        host=settings.host,
        port=settings.port,
        request_seconds=settings.request_seconds,
        keep_alive_seconds=settings.keep_alive_seconds,
        grace_seconds=settings.grace_seconds,
        protocol=OneWriteProtocol,
        log_config=None,
    )
