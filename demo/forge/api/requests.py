"""Turns an HTTP request into a call of the API: its route, token and parameters."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from demo.forge.api.params import File, from_json, from_pairs, from_query
from demo.forge.api.routes import ROUTES
from demo.forge.api.routing import answer, find
from demo.forge.errors import invalid
from demo.forge.forge import Forge

API = "/api/v4"


async def serve(forge: Forge, request: Request, path: str) -> Response:
    """Answer a call of the API.

    path: the raw path, API included.

    Raises ApiError.
    """
    route, found = find(ROUTES, request.method, path.removeprefix(API))
    params = from_query(request.url.query) | await _body(request)
    bearer = _bearer(request)
    secret = params.pop("private_token", None) or _secret(request) or bearer
    job = params.pop("job_token", None) or request.headers.get("job-token") or bearer
    url = f"{forge.url}{path}"
    return await run_in_threadpool(
        answer, forge, route, found, secret=secret, job=job, params=params, url=url
    )


def _bearer(request: Request) -> str | None:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    return value if kind.lower() == "bearer" else None


def _secret(request: Request) -> str | None:
    """Return the token of GitLab's own header, which uploads of models do not take."""
    if "/packages/ml_models/" in request.url.path:
        return None
    return request.headers.get("private-token")


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
