"""The server with the service's settings."""

import uvicorn

from perennial.http.server import server as _server
from service.http.predict import Application
from service.http.protocol import OneWriteProtocol
from service.settings import Settings


def server(app: Application, settings: Settings) -> uvicorn.Server:
    """Return the server of an application; it logs through the standard library."""
    return _server(
        app,
        host=settings.host,
        port=settings.port,
        request_seconds=settings.request_seconds,
        keep_alive_seconds=settings.keep_alive_seconds,
        grace_seconds=settings.grace_seconds,
        protocol=OneWriteProtocol,
        refused=app.refusals.count,
        log_config=None,
    )
