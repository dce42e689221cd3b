"""The API's calls about merge requests."""

from starlette.responses import JSONResponse, Response

from demo.forge.api.entities.merge_request import merge_request as merge_request_entity
from demo.forge.api.entities.merge_request import merge_request_basic
from demo.forge.api.entities.pipeline import pipeline as pipeline_entity
from demo.forge.api.entities.pipeline import pipeline_basic
from demo.forge.api.entities.repository import commit
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.errors import ApiError, bad_request, not_found, unauthorized
from demo.forge.limits import check_text
from demo.forge.records.merge_request import MergeRequest

STATES = ("opened", "closed", "locked", "merged", "all")
BASE = "/projects/:id/merge_requests"


def _request(call: Call) -> MergeRequest:
    found = call.forge.state.merge_requests.get(call.number("iid"))
    if found is None:
        raise not_found()
    return found


def _show(call: Call, request: MergeRequest, status: int = 200) -> Response:
    with call.forge.state.lock:
        return JSONResponse(merge_request_entity(call.forge, request), status)


def merge_requests(call: Call) -> Response:
    """List merge requests, newest first."""
    params = call.params
    names = ("source_branch", "target_branch")
    state = params.get("state", "all")
    with call.forge.state.lock:
        found = [
            request
            for request in call.forge.state.merge_requests.values()
            if state in ("all", request.state)
            and all(getattr(request, name) == params[name] for name in names if name in params)
            and set(params.get("labels", ())) <= set(request.labels)
        ]
        found.sort(key=lambda request: request.iid, reverse=params.get("sort", "desc") == "desc")
        return paged(
            found, lambda one: merge_request_basic(call.forge, one), params=params, url=call.url
        )


def create(call: Call) -> Response:
    """Open a merge request."""
    params = call.params
    request = call.forge.merge_requests.open(
        author=call.token,
        title=params["title"],
        description=params.get("description", ""),
        source=params["source_branch"],
        target=params["target_branch"],
        labels=params.get("labels", ()),
        remove_source_branch=params.get("remove_source_branch", False),
        fork=call.fork,
    )
    return _show(call, request, 201)


def merge_request(call: Call) -> Response:
    """Describe a merge request."""
    return _show(call, _request(call))


def update(call: Call) -> Response:
    """Change a merge request's fields, or close or reopen it."""
    request = _request(call)
    params = call.params
    if not params:
        names = ", ".join(call_field for call_field in UPDATE)
        raise ApiError(
            400, {"error": f"{names} are missing, at least one parameter must be provided"}
        )
    check_text(params.get("title", request.title), params.get("description", request.description))
    with call.forge.state.lock:
        for name in ("title", "description", "labels", "remove_source_branch"):
            if name in params:
                setattr(request, name, params[name])
        event = params.get("state_event")
        if event == "close" and request.state == "opened":
            request.state = "closed"
            request.closed_by, request.closed_at = call.token, call.forge.state.clock()
        elif event == "reopen" and request.state == "closed":
            request.state, request.closed_by, request.closed_at = "opened", None, None
        request.updated_at = call.forge.state.clock()
    return _show(call, request)


def merge(call: Call) -> Response:
    """Merge, now or when the pipeline succeeds."""
    request = _request(call)
    params = call.params
    if not call.forge.access.may_update(call.token, request.target_branch):
        raise unauthorized()  # so GitLab answers who may not change the target
    if params.get("squash"):
        raise bad_request("squash is not supported by this stand-in")
    call.forge.merge_requests.accept(
        request,
        call.token,
        sha=params.get("sha"),
        auto_merge=params.get("auto_merge", params.get("merge_when_pipeline_succeeds", False)),
        message=params.get("merge_commit_message"),
        remove_source_branch=params.get("should_remove_source_branch"),
    )
    return _show(call, request)


def pipelines(call: Call) -> Response:
    """List the pipelines of a merge request."""
    found = call.forge.mergeability.pipelines_of(_request(call))
    return paged(
        found, lambda one: pipeline_basic(call.forge, one), params=call.params, url=call.url
    )


def run(call: Call) -> Response:
    """Run a merge request's pipeline, as the page's button does."""
    made = call.forge.merge_requests.run(_request(call), call.token)
    return JSONResponse(pipeline_entity(call.forge, made), 201)


def commits(call: Call) -> Response:
    """List the commits of a merge request."""
    request = _request(call)
    base = call.forge.mergeability.base(request)
    found = call.forge.repository.commits(request.sha, *([f"^{base}"] if base else []))
    return paged(found, lambda one: commit(call.forge, one), params=call.params, url=call.url)


UPDATE = {
    "title": Field(),
    "description": Field(),
    "labels": Field("labels"),
    "remove_source_branch": Field("boolean"),
    "state_event": Field(values=("close", "reopen")),
}
CREATE = {
    "title": Field(required=True),
    "source_branch": Field(required=True),
    "target_branch": Field(required=True),
    "description": Field(),
    "labels": Field("labels"),
    "remove_source_branch": Field("boolean"),
    "target_project_id": Field("integer"),
}
LIST = {
    **PAGING,
    "state": Field(values=STATES),
    "source_branch": Field(),
    "target_branch": Field(),
    "labels": Field("labels"),
    "order_by": Field(values=("created_at",)),
    "sort": Field(values=("asc", "desc")),
}
MERGE = {
    "merge_commit_message": Field(),
    "squash": Field("boolean"),
    "should_remove_source_branch": Field("boolean"),
    "merge_when_pipeline_succeeds": Field("boolean"),
    "auto_merge": Field("boolean"),
    "sha": Field(),
}
ROUTES = [
    Route("GET", BASE, merge_requests, fields=LIST, jobs=True),
    Route("POST", BASE, create, "write", "developer", CREATE, from_fork=True),
    Route("GET", f"{BASE}/:iid", merge_request, jobs=True),
    Route("PUT", f"{BASE}/:iid", update, "write", "developer", UPDATE),
    Route("PUT", f"{BASE}/:iid/merge", merge, "write", "developer", MERGE),
    Route("GET", f"{BASE}/:iid/pipelines", pipelines, fields=PAGING),
    Route("POST", f"{BASE}/:iid/pipelines", run, "write", "developer"),
    Route("GET", f"{BASE}/:iid/commits", commits, fields=PAGING),
]
