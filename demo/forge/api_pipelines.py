"""The API's calls about pipelines and their jobs."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from demo.forge import models
from demo.forge.errors import PipelineRefused, bad_request, not_found
from demo.forge.paging import paged
from demo.forge.params import PAGING, Field
from demo.forge.pipelines import Request
from demo.forge.routing import Call, Route
from demo.forge.state import Job, Pipeline

STATUSES = (
    "created", "waiting_for_resource", "preparing", "pending", "running", "success", "failed",
    "canceled", "skipped", "manual", "scheduled",
)  # fmt: skip
SOURCES = (
    "push", "web", "trigger", "schedule", "api", "external", "pipeline", "chat",
    "merge_request_event", "external_pull_request_event", "parent_pipeline",
)  # fmt: skip


def trigger(call: Call) -> Response:
    """Start a pipeline for the holder of a trigger token."""
    forge = call.forge
    token = forge.token(call.params["token"], "trigger")
    if token is None:  # an access token too: GitLab does not even say that it is one
        raise not_found()
    variables = _variables(call.params.get("variables", {}))
    ref = call.params["ref"].removeprefix("refs/heads/")
    sha = forge.repository.branch(ref)
    tag = sha is None and forge.repository.resolve(f"refs/tags/{ref}") is not None
    if tag:
        sha = forge.repository.resolve(f"refs/tags/{ref}")
    if sha is None:
        raise bad_request({"base": ["Reference not found"]})
    wish = Request(
        "trigger",
        ref,
        sha,
        token,
        tag=tag,
        variables=variables,
        inputs=call.params.get("inputs", {}),
    )
    try:
        pipeline = forge.pipelines.create(wish)
    except PipelineRefused as refusal:
        raise bad_request({"base": refusal.reasons}) from refusal
    return JSONResponse(models.pipeline_details(forge, pipeline), 201)


def _variables(given: Mapping[str, Any]) -> dict[str, str]:
    if not all(isinstance(value, str) for value in given.values()):
        raise bad_request("variables needs to be a map of key-valued strings")
    return dict(given)


def pipelines(call: Call) -> Response:
    """List pipelines, newest first."""
    forge, params = call.forge, call.params
    filters = {key: params[key] for key in ("name", "source", "status", "sha") if key in params}
    with forge.state.lock:
        found = [
            pipeline
            for pipeline in forge.state.pipelines.values()
            if all(getattr(pipeline, key) == value for key, value in filters.items())
            and params.get("ref") in (None, models.pipeline(forge, pipeline)["ref"])
        ]
        found.sort(key=lambda pipeline: pipeline.id, reverse=params.get("sort", "desc") == "desc")
        return paged(found, lambda one: models.pipeline(forge, one), params=params, url=call.url)


def pipeline(call: Call) -> Response:
    """Describe a pipeline."""
    return JSONResponse(models.pipeline_details(call.forge, _pipeline(call)))


def _pipeline(call: Call) -> Pipeline:
    found = call.forge.state.pipelines.get(call.number("pipeline"))
    if found is None:
        raise not_found()
    return found


def jobs(call: Call) -> Response:
    """List the jobs of a pipeline, the last first, as GitLab does."""
    parent = _pipeline(call)
    with call.forge.state.lock:
        return paged(
            parent.jobs[::-1],
            lambda one: models.job(call.forge, parent, one),
            params=call.params,
            url=call.url,
        )


def _job(call: Call) -> tuple[Pipeline, Job]:
    found = call.forge.state.jobs.get(call.number("job"))
    if found is None:
        raise not_found()
    return found


def job(call: Call) -> Response:
    """Describe a job."""
    return JSONResponse(models.job(call.forge, *_job(call)))


def trace(call: Call) -> Response:
    """Give a job's log so far."""
    return PlainTextResponse(call.forge.jobs.trace(*_job(call)))


ROUTES = [
    Route(
        "POST",
        "/projects/:id/trigger/pipeline",
        trigger,
        "open",
        fields={
            "token": Field(required=True),
            "ref": Field(required=True),
            "variables": Field("map"),
            "inputs": Field("map"),
        },
    ),
    Route(
        "GET",
        "/projects/:id/pipelines",
        pipelines,
        fields={
            **PAGING,
            "name": Field(),
            "ref": Field(),
            "sha": Field(),
            "source": Field(values=SOURCES),
            "status": Field(values=STATUSES),
            "order_by": Field(values=("id",)),
            "sort": Field(values=("asc", "desc")),
        },
    ),
    Route("GET", "/projects/:id/pipelines/:pipeline", pipeline),
    Route("GET", "/projects/:id/pipelines/:pipeline/jobs", jobs, fields=PAGING),
    Route("GET", "/projects/:id/jobs/:job", job),
    Route("GET", "/projects/:id/jobs/:job/trace", trace),
]
