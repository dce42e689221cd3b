"""The server with the service's settings."""

from functools import partial

import uvicorn

from perennial.http.server import server as _server
from service.http.application import Application
from service.http.protocol import PredictProtocol
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
        protocol=partial(PredictProtocol, expect=app.expect),
        refused=app.refusals.count,
        log_config=None,
    )
