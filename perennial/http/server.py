"""The uvicorn server as our programs run it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from perennial.http.protocol import HttpProtocol, Refused, ignored


def server(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    request_seconds: float,
    keep_alive_seconds: int,
    grace_seconds: float,
    protocol: Callable[..., HttpProtocol] = HttpProtocol,
    refused: Refused = ignored,
    **options: Any,
) -> uvicorn.Server:
    """Return the server of an application.

    request_seconds: time in which a client must have sent its whole request.
    keep_alive_seconds: time after which an idle connection is closed; a proxy in front should close
    its connections earlier, or it may send a request on one that is just being closed.
    grace_seconds: time after SIGTERM in which requests may still be completed.
    protocol: what reads the requests of a connection.  refused: told the status of each that it
    refuses itself.  options: further ones of uvicorn.Config.
    """

    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=partial(  # type: ignore[arg-type]
            protocol,
            request_seconds=request_seconds,
            grace_seconds=grace_seconds,
            refused=refused,
        ),
        ws="none",
        proxy_headers=False,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_keep_alive=keep_alive_seconds,
        timeout_graceful_shutdown=grace_seconds,  # type: ignore[arg-type]
        **options,
    )
    return uvicorn.Server(config)
