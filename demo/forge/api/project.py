"""The API's calls about the project, its branches and its uploads."""

import re
import secrets

from starlette.responses import JSONResponse, PlainTextResponse, Response

from demo.forge.api import entities, settings
from demo.forge.errors import not_found
from demo.forge.limits import MAX_UPLOAD
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.records.state import Upload


def version(call: Call) -> Response:
    """Say which GitLab this stands for."""
    number = call.forge.config.settings.version
    return JSONResponse({"version": number, "revision": "stand-in", "enterprise": False})


def user(call: Call) -> Response:
    """Say who calls."""
    return JSONResponse(entities.user(call.forge, call.token))


def project(call: Call) -> Response:
    """Describe the project."""
    return JSONResponse(entities.project(call.forge) | settings.shown(call))


def branches(call: Call) -> Response:
    """List the branches."""
    found = sorted(call.forge.repository.branches().items())
    return paged(
        found, lambda pair: entities.branch(call.forge, *pair), params=call.params, url=call.url
    )


def branch(call: Call) -> Response:
    """Describe a branch."""
    name = call.path["branch"]
    sha = call.forge.repository.branch(name)
    if sha is None:
        raise not_found("Branch")
    return JSONResponse(entities.branch(call.forge, name, sha))


def raw_file(call: Call) -> Response:
    """Give a file of the repository as it is."""
    ref = call.params.get("ref", call.forge.config.default_branch)
    sha = call.forge.repository.branch(ref) or call.forge.repository.resolve(ref)
    if sha is None:
        raise not_found("Commit")
    content = call.forge.repository.file(sha, call.path["file"])
    if content is None:
        raise not_found("File")
    return Response(content, media_type="application/octet-stream")


def add_upload(call: Call) -> Response:
    """Take a file."""
    file = call.params["file"]
    if len(file.content) > MAX_UPLOAD:  # refused before the API sees it, so not in JSON
        return PlainTextResponse("Request Entity Too Large\n", 413)
    name = re.sub(r"[^\w.+-]", "_", file.name.rpartition("/")[2]) or "file"
    state = call.forge.state
    upload = Upload(state.next_id(), secrets.token_hex(16), name, file.content)
    with state.lock:
        state.uploads[f"/uploads/{upload.secret}/{upload.name}"] = upload
    return JSONResponse(entities.upload(call.forge, upload), 201)


ROUTES = [
    Route("GET", "/version", version, "user"),
    Route("GET", "/user", user, "user"),
    Route("GET", "/projects/:id", project),
    Route("GET", "/projects/:id/repository/branches", branches, fields=PAGING),
    Route("GET", "/projects/:id/repository/branches/:branch", branch),
    Route(
        "GET",
        "/projects/:id/repository/files/:file/raw",
        raw_file,
        fields={"ref": Field(), "lfs": Field("boolean")},
    ),
    Route(
        "POST",
        "/projects/:id/uploads",
        add_upload,
        "write",
        # python-gitlab sends an empty avatar with every file.
        fields={"file": Field("file", required=True), "avatar": Field()},
    ),
]
