"""Which page has which address. They are read on this machine only, so there is no login."""

import base64
import mimetypes

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from demo.forge.forge import Forge
from demo.forge.pages.merge_request_page import MergeRequestView, merge_request_page
from demo.forge.pages.pipeline_page import pipeline_page
from demo.forge.pages.project_page import project_page
from demo.forge.records.merge_request import MergeRequest
from demo.forge.records.upload import Upload

IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")
_MISSING = PlainTextResponse("404 Not Found\n", 404)


def serve(forge: Forge, method: str, path: str) -> Response:
    """Answer a request for a page."""
    home = f"/{forge.config.project}"
    if method != "GET":
        return PlainTextResponse("405 Method Not Allowed\n", 405)
    if path in ("/", home):
        return HTMLResponse(_project(forge))
    if (upload := _upload(forge, path)) is not None:
        return _file(upload)
    kind, _, number = path.removeprefix(f"{home}/-/").partition("/")
    if number.isdigit() and kind in ("merge_requests", "pipelines", "jobs"):
        return _thing(forge, kind, int(number))
    return _MISSING


def _thing(forge: Forge, kind: str, number: int) -> Response:
    with forge.state.lock:
        if kind == "merge_requests" and number in forge.state.merge_requests:
            request = forge.state.merge_requests[number]
            return HTMLResponse(merge_request_page(view(forge, request)))
        if kind == "jobs" and number in forge.state.jobs:
            number = forge.state.jobs[number][0].id
        elif kind != "pipelines":
            return _MISSING
        pipeline = forge.state.pipelines.get(number)
        if pipeline is None:
            return _MISSING
        traces = [
            (job, forge.fleet.stuck(pipeline, job) or forge.jobs.trace(pipeline, job))
            for job in pipeline.jobs
        ]
        return HTMLResponse(pipeline_page(forge.config.project, pipeline, traces))


def view(forge: Forge, request: MergeRequest) -> MergeRequestView:
    """Gather what the page of a merge request shows."""
    repository = forge.repository
    base = forge.mergeability.base(request)
    return MergeRequestView(
        project=forge.config.project,
        request=request,
        pipelines=forge.mergeability.pipelines_of(request),
        commits=repository.commits(request.sha, *([f"^{base}"] if base else [])),
        changes=repository.changes(base, request.sha) if base else [],
        image=lambda address: _image(forge, address),
    )


def _project(forge: Forge) -> str:
    with forge.state.lock:
        return project_page(
            forge.config.project,
            f"git clone {forge.url}/{forge.config.project}.git",
            sorted(forge.state.merge_requests.values(), key=lambda one: -one.iid),
            sorted(forge.state.pipelines.values(), key=lambda one: -one.id),
        )


def _upload(forge: Forge, path: str) -> Upload | None:
    """Find an upload by any of the addresses that GitLab knows for it."""
    start = path.find("/uploads/")
    prefixes = ("", f"/{forge.config.project}", f"/-/project/{forge.config.project_id}")
    if start < 0 or path[:start].removeprefix(forge.url) not in prefixes:
        return None
    return forge.state.uploads.get(path[start:])


def _image(forge: Forge, address: str) -> str | None:
    """Return an uploaded image as a data URI; others are not fetched."""
    upload = _upload(forge, address)
    kind = mimetypes.guess_type(upload.name)[0] if upload else None
    if upload is None or kind not in IMAGES:
        return None
    return f"data:{kind};base64,{base64.b64encode(upload.content).decode()}"


def _file(upload: Upload) -> Response:
    kind = mimetypes.guess_type(upload.name)[0]
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    if kind not in IMAGES:
        headers["Content-Disposition"] = f'attachment; filename="{upload.name}"'
    return Response(upload.content, media_type=kind, headers=headers)
