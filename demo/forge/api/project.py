"""The API's calls about the project, its branches and its uploads."""

import re
import secrets

from starlette.responses import JSONResponse, PlainTextResponse, Response

from demo.forge.api.entities.project import project as project_entity
from demo.forge.api.entities.repository import branch as branch_entity
from demo.forge.api.entities.upload import upload as upload_entity
from demo.forge.api.entities.user import own_user
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.configuration import ROLES
from demo.forge.errors import bad_request, forbidden, not_found
from demo.forge.limits import MAX_UPLOAD
from demo.forge.project_settings import FOR_MAINTAINERS, FOR_MEMBERS
from demo.forge.records.upload import Upload


def version(call: Call) -> Response:
    """Give the version of the GitLab that this stands in for."""
    number = call.forge.config.settings.version
    kas = {"enabled": False, "externalUrl": None, "version": None}
    answer = {"version": number, "revision": "stand-in", "kas": kas, "enterprise": False}
    return JSONResponse(answer)


def user(call: Call) -> Response:
    """Describe the caller."""
    return JSONResponse(own_user(call.forge, call.token))


def project(call: Call) -> Response:
    """Describe the project."""
    return JSONResponse(project_entity(call.forge, caller=call.token))


def change(call: Call) -> Response:
    """Change settings; who may set pipeline variables is an Owner's matter where few may."""
    name, chosen = "ci_pipeline_variables_minimum_override_role", call.forge.config.settings
    guarded = {"no_one_allowed", "owner"} & {chosen.get(name), call.params.get(name)}
    if name in call.params and guarded and call.token.role < ROLES["owner"]:
        raise bad_request({name: ["can only be changed by an Owner"]})
    with call.forge.changing():
        chosen.project = {**chosen.project, **call.params}
    return project(call)


def branches(call: Call) -> Response:
    """List the branches."""
    found = sorted(call.forge.repository.branches().items())
    return paged(
        found,
        lambda pair: branch_entity(call.forge, *pair, caller=call.token),
        params=call.params,
        url=call.url,
    )


def branch(call: Call) -> Response:
    """Describe a branch."""
    name = call.path["branch"]
    sha = call.forge.repository.branch(name)
    if sha is None:
        raise not_found("Branch")
    return JSONResponse(branch_entity(call.forge, name, sha, caller=call.token))


def delete_branch(call: Call) -> Response:
    """Delete a branch; a protected one is deleted here only, by Maintainers."""
    name = call.path["branch"]
    if call.forge.repository.branch(name) is None:
        raise not_found("Branch")
    maintains = call.token.role >= ROLES["maintainer"]
    if name == call.forge.config.default_branch:
        raise bad_request("Cannot remove HEAD branch")
    if call.forge.access.protects_branch(name) and not maintains:
        raise forbidden()
    call.forge.repository.delete(f"refs/heads/{name}")
    return Response(status_code=204)


def raw_file(call: Call) -> Response:
    """Give the content of a file in the repository."""
    ref = call.params.get("ref", call.forge.config.default_branch)
    sha = call.forge.repository.branch(ref) or call.forge.repository.resolve(ref)
    if sha is None:
        raise not_found("Commit")
    content = call.forge.repository.file(sha, call.path["file"])
    if content is None:
        raise not_found("File")
    return Response(content, media_type="application/octet-stream")


def add_upload(call: Call) -> Response:
    """Store an uploaded file."""
    file = call.params["file"]
    if len(file.content) > MAX_UPLOAD:  # refused before the API sees it, so not in JSON
        return PlainTextResponse("Request Entity Too Large\n", 413)
    name = re.sub(r"[^\w.+-]", "_", file.name.rpartition("/")[2]) or "file"
    state = call.forge.state
    upload = Upload(state.next_id(), secrets.token_hex(16), name, file.content)
    with state.lock:
        state.uploads[f"/uploads/{upload.secret}/{upload.name}"] = upload
    return JSONResponse(upload_entity(call.forge, upload), 201)


KINDS = {bool: "boolean", type(None): "boolean", int: "integer", str: "text"}
CHANGES = {
    name: Field(KINDS[type(value)])
    for name, value in (FOR_MEMBERS | FOR_MAINTAINERS).items()
    if name != "archived"
}
CHANGES["ci_pipeline_variables_minimum_override_role"] = Field(
    values=("no_one_allowed", "developer", "maintainer", "owner")
)
ROUTES = [
    Route("GET", "/version", version, "user"),
    Route("GET", "/user", user, "user"),
    Route("GET", "/projects/:id", project, role="guest"),
    Route("PUT", "/projects/:id", change, "write", "maintainer", CHANGES),
    Route("GET", "/projects/:id/repository/branches", branches, fields=PAGING, jobs=True),
    Route("GET", "/projects/:id/repository/branches/:branch", branch),
    Route(
        "DELETE", "/projects/:id/repository/branches/:branch", delete_branch, "write", "developer"
    ),
    Route(
        "GET",
        "/projects/:id/repository/files/:file/raw",
        raw_file,
        fields={"ref": Field(), "lfs": Field("boolean")},
        jobs=True,
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
