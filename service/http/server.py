"""The uvicorn server with our configuration."""

import uvicorn
from starlette.types import ASGIApp

from service.http.protocol import OneWriteProtocol
from service.settings import Settings


def server(app: ASGIApp, settings: Settings) -> uvicorn.Server:
    """Return the server of an application; it logs through the standard library."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=OneWriteProtocol,
        proxy_headers=False,
        access_log=False,
        log_config=None,
        lifespan="on",
    )
    return uvicorn.Server(config)
