"""The forge as an ASGI application: the API, git over HTTP, and the pages."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from demo.forge.api import requests
from demo.forge.errors import ApiError, ForgeError
from demo.forge.forge import Forge
from demo.forge.git import http
from demo.forge.pages import site

log = structlog.get_logger()


def create_app(forge: Forge) -> Starlette:
    """Return the application; its lifespan starts and stops the forge."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(forge.start)
        yield
        await run_in_threadpool(forge.stop)

    return Starlette(routes=[Mount("/", app=_entrance(forge))], lifespan=lifespan)


def _entrance(forge: Forge) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Return the application behind the lifespan: it serves API, git and pages."""

    async def entrance(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path = scope["raw_path"].decode("ascii")
        try:
            response = await _dispatch(forge, request, path)
        except ApiError as refusal:
            response = JSONResponse(refusal.body, refusal.status)
        except ForgeError as error:
            log.error("call broke", method=request.method, path=path, error=str(error))
            response = JSONResponse({"message": "500 Internal Server Error"}, 500)
        log.info("call", method=request.method, path=path, status=response.status_code)
        await response(scope, receive, send)

    return entrance


async def _dispatch(forge: Forge, request: Request, path: str) -> Response:
    hosts: dict[str, http.Host] = {f"/{forge.config.project}.git/": forge}
    hosts |= {f"/{fork.path}.git/": fork for fork in forge.forks.values()}
    if path.startswith(f"{requests.API}/"):
        return await requests.serve(forge, request, path)
    for git, host in hosts.items():
        if path.startswith(git):
            body = await request.body()
            return await run_in_threadpool(
                http.serve,
                host,
                method=request.method,
                path=path.removeprefix(git),
                query=request.url.query,
                headers=request.headers,
                body=body,
            )
    return await run_in_threadpool(site.serve, forge, request.method, path)
