"""The API's calls about pipelines."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from demo.forge.api.entities.pipeline import pipeline as pipeline_entity
from demo.forge.api.entities.pipeline import pipeline_listed
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.errors import bad_request, invalid, not_found
from demo.forge.records.pipeline import Pipeline

STATUSES = (
    "created", "waiting_for_resource", "preparing", "pending", "running", "success", "failed",
    "canceled", "skipped", "manual", "scheduled",
)  # fmt: skip
SOURCES = (
    "push", "web", "trigger", "schedule", "api", "external", "pipeline", "chat",
    "merge_request_event", "external_pull_request_event", "parent_pipeline",
)  # fmt: skip


def trigger(call: Call) -> Response:
    """Start a pipeline for the holder of a trigger token, or for a job with its own token.

    It runs as the trigger token's owner, or as the user of the job's pipeline.
    """
    forge = call.forge
    source, token = "trigger", forge.token(call.params["token"], "trigger")
    if token is None:
        source, token = "pipeline", forge.job_token(call.params["token"])
    if token is None or forge.barred(token):  # GitLab does not even say what kind of token it is
        raise not_found()
    pipeline = forge.pipelines.on_ref(
        source,
        call.params["ref"],
        token,
        variables=_variables(call.params.get("variables", {})),
        inputs=call.params.get("inputs", {}),
    )
    return JSONResponse(pipeline_entity(forge, pipeline), 201)


def create(call: Call) -> Response:
    """Start a pipeline of a branch or tag."""
    pipeline = call.forge.pipelines.on_ref(
        "api",
        call.params["ref"],
        call.token,
        variables=pairs("variables", call.params.get("variables", [])),
        inputs=call.params.get("inputs", {}),
    )
    return JSONResponse(pipeline_entity(call.forge, pipeline), 201)


def pairs(name: str, given: Sequence[Any]) -> dict[str, str]:
    """Read variables as most calls take them: a list of maps with key and value.

    Raises ApiError.
    """
    problems = []
    for item in given:
        if not isinstance(item, dict) or not item.keys() <= {"key", "value", "variable_type"}:
            problems.append(f"{name} is invalid")
        else:
            problems += [f"{name}[{key}] is missing" for key in ("key", "value") if key not in item]
    if problems:
        raise invalid(*problems)
    return {item["key"]: item["value"] for item in given}


def cancel(call: Call) -> Response:
    """Cancel every job of a pipeline that has not ended."""
    found = pipeline_of(call)
    call.forge.runner.cancel(found)
    return JSONResponse(pipeline_entity(call.forge, found))


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
            and params.get("ref") in (None, pipeline.full_ref)
        ]
        found.sort(key=lambda pipeline: pipeline.id, reverse=params.get("sort", "desc") == "desc")
        return paged(found, lambda one: pipeline_listed(forge, one), params=params, url=call.url)


def pipeline(call: Call) -> Response:
    """Describe a pipeline."""
    return JSONResponse(pipeline_entity(call.forge, pipeline_of(call)))


def pipeline_of(call: Call) -> Pipeline:
    """Return the pipeline of the address. Raises ApiError."""
    found = call.forge.state.pipelines.get(call.number("pipeline"))
    if found is None:
        raise not_found()
    return found


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
    Route(
        "POST",
        "/projects/:id/pipeline",
        create,
        "write",
        "developer",
        fields={
            "ref": Field(required=True),
            "variables": Field("list"),
            "inputs": Field("map"),
        },
    ),
    Route("POST", "/projects/:id/pipelines/:pipeline/cancel", cancel, "write", "developer"),
    Route("GET", "/projects/:id/pipelines/:pipeline", pipeline),
]
