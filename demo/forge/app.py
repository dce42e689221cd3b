"""The forge as an ASGI application: the API, git over HTTP, and the pages."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from demo.forge import (
    api_merge_requests,
    api_models,
    api_pipelines,
    api_project,
    api_schedules,
    api_settings,
    git_http,
    pages,
)
from demo.forge.errors import ApiError, ForgeError, invalid
from demo.forge.forge import Forge
from demo.forge.params import File, from_json, from_pairs, from_query
from demo.forge.routing import answer, find

log = structlog.get_logger()

API = "/api/v4"
ROUTES = [
    *api_project.ROUTES,
    *api_settings.ROUTES,
    *api_pipelines.ROUTES,
    *api_schedules.ROUTES,
    *api_merge_requests.ROUTES,
    *api_models.ROUTES,
]


def create_app(forge: Forge) -> Starlette:
    """Return the application; its lifespan starts and stops the forge."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(forge.start)
        yield
        await run_in_threadpool(forge.stop)

    return Starlette(routes=[Mount("/", app=_entrance(forge))], lifespan=lifespan)


def _entrance(forge: Forge) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Return the application behind the lifespan: one door, three rooms."""

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
    git = f"/{forge.config.project}.git/"
    if path.startswith(f"{API}/"):
        return await _api(forge, request, path)
    if path.startswith(git):
        body = await request.body()
        return await run_in_threadpool(
            git_http.serve,
            forge,
            method=request.method,
            path=path.removeprefix(git),
            query=request.url.query,
            headers=request.headers,
            body=body,
        )
    return await run_in_threadpool(pages.serve, forge, request.method, path)


async def _api(forge: Forge, request: Request, path: str) -> Response:
    route, found = find(ROUTES, request.method, path.removeprefix(API))
    params = from_query(request.url.query) | await _body(request)
    secret = params.pop("private_token", None) or _secret(request)
    url = f"{forge.url}{path}"
    return await run_in_threadpool(
        answer, forge, route, found, secret=secret, params=params, url=url
    )


def _secret(request: Request) -> str | None:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    bearer = value if kind.lower() == "bearer" else None
    if "/packages/ml_models/" in request.url.path:
        return bearer
    return request.headers.get("private-token") or bearer


async def _body(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in ("GET", "HEAD"):
        return {}
    if kind == "multipart/form-data":
        return await _form(request)
    body = await request.body()
    if not body:
        return {}
    if kind == "application/json":
        return from_json(body)
    if kind == "application/x-www-form-urlencoded":
        return from_query(body.decode(errors="replace"))
    if kind == "application/octet-stream" and request.method == "PUT":
        return {"file": File("file", body)}  # as GitLab's front door makes of such a body
    raise invalid(f"The requested content-type '{kind}' is not supported.")


async def _form(request: Request) -> dict[str, Any]:
    pairs: list[tuple[str, Any]] = []
    async with request.form(max_part_size=100 * 1024 * 1024) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                pairs.append((name, File(value.filename or "file", await value.read())))
            else:
                pairs.append((name, value))
    return from_pairs(pairs)
