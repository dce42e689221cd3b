"""The API's model registry: the part of MLflow's API that GitLab speaks, and the files.

Source: GitLab's lib/api/ml/mlflow/*.rb and lib/api/ml_model_packages.rb.
"""

import re
from typing import Any

from starlette.responses import JSONResponse, Response

from demo.forge.api.entities import model as entities
from demo.forge.api.params import Field
from demo.forge.api.routing import Call, Route
from demo.forge.configuration import ROLES
from demo.forge.errors import ApiError, bad_request, invalid, not_found, unauthorized
from demo.forge.records.model_registry import MAX_VALUE, Json, Version, wrong

PREFIX = "/projects/:id/ml/mlflow/api/2.0/mlflow"
FILES = "/projects/:id/packages/ml_models/:version/files/:file"
FILE_NAME = re.compile(r"[A-Za-z0-9._+ -]+")
PARTS = {"key": str, "value": str}
METRIC = {"key": str, "value": float | int, "timestamp": int, "step": int}


def _writes(call: Call) -> None:
    """Refuse a token of too low a role; GitLab answers 401 here."""
    if call.token.role < ROLES["developer"]:
        raise unauthorized()


def _items(call: Call, name: str, parts: dict[str, Any], optional: str = "") -> list[Json]:
    """Return a list of objects with exactly these parts."""
    found = call.params.get(name, [])
    for number, item in enumerate(found):
        if not isinstance(item, dict):
            raise invalid(f"{name}[{number}] is invalid")
        for key in item.keys() - parts.keys():
            raise invalid(f"{name}[{number}][{key}] is not known to this stand-in")
        for key, kind in parts.items():
            if key not in item and key != optional:
                raise invalid(f"{name}[{number}][{key}] is missing")
            if key in item and (isinstance(item[key], bool) or not isinstance(item[key], kind)):
                raise invalid(f"{name}[{number}][{key}] is invalid")
    return list(found)


def _tags(call: Call) -> dict[str, str]:
    pairs = _items(call, "tags", PARTS)
    tags = {pair["key"]: pair["value"] for pair in pairs}
    if len(tags) < len(pairs):
        raise wrong("Validation failed: Name has already been taken")
    return tags


def get_model(call: Call) -> Response:
    """Describe a model."""
    with call.forge.state.lock:
        model = call.forge.state.models.model(call.params.get("name", ""))
        return JSONResponse({"registered_model": entities.model(model)})


def create_model(call: Call) -> Response:
    """Create a model."""
    _writes(call)
    state = call.forge.state
    with state.lock:
        description = call.params.get("description", "")
        model = state.models.create_model(
            call.params["name"],
            description,
            at=state.clock(),
            user_id=call.forge.config.user_id(call.token),
        )
    return JSONResponse({"registered_model": entities.model(model)})


def get_version(call: Call) -> Response:
    """Describe a version."""
    with call.forge.state.lock:
        version = call.forge.state.models.version(call.params["name"], call.params["version"])
        return JSONResponse({"model_version": entities.version(version)})


def create_version(call: Call) -> Response:
    """Create a version. Its number must be in a tag; GitLab would else choose the next one."""
    _writes(call)
    state, tags = call.forge.state, _tags(call)
    with state.lock:
        version = state.models.create_version(
            call.params.get("name", ""),
            tags.get("gitlab.version", ""),
            call.params.get("description", ""),
            tags,
            at=state.clock(),
            user_id=call.forge.config.user_id(call.token),
        )
    return JSONResponse({"model_version": entities.version(version)})


def get_run(call: Call) -> Response:
    """Describe a version's run."""
    with call.forge.state.lock:
        found = call.forge.state.models.run(call.params["run_id"])
        return JSONResponse({"run": entities.run(call.forge, found)})


def log_batch(call: Call) -> Response:
    """Log metrics and parameters; a known parameter keeps its value, a metric is added again."""
    _writes(call)
    metrics = _items(call, "metrics", METRIC, optional="step")
    params = _items(call, "params", PARTS)
    if any(len(one["key"]) > MAX_VALUE or len(one["value"]) > MAX_VALUE for one in params):
        raise wrong(f"PG::CheckViolation: value is too long (maximum is {MAX_VALUE} characters)")
    state = call.forge.state
    with state.lock:
        version = state.models.run(call.params["run_id"])
        version.metrics += metrics
        version.params = {one["key"]: one["value"] for one in params} | version.params
    return JSONResponse({})


def set_tag(call: Call) -> Response:
    """Set a tag of a run, once."""
    _writes(call)
    state, key, value = call.forge.state, call.params["key"], call.params["value"]
    with state.lock:
        version = state.models.run(call.params["run_id"])
        if key in version.run_tags:
            raise wrong("Validation failed: Name has already been taken")
        if key == "gitlab.CI_JOB_ID" and (not value.isdigit() or int(value) not in state.jobs):
            raise wrong("gitlab.CI_JOB_ID must refer to an existing build")
        version.run_tags[key] = value
    return JSONResponse({})


def _found(call: Call) -> Version:
    try:
        return call.forge.state.models.numbered(call.number("version"))
    except ApiError as error:
        raise not_found() from error


def add_file(call: Call) -> Response:
    """Store a file with a version."""
    _writes(call)
    name = call.path["file"]
    with call.forge.state.lock:
        version = _found(call)
        if not FILE_NAME.fullmatch(name):
            raise invalid("file_name is invalid")
        if name in version.files:
            raise bad_request("400 Bad request - this stand-in takes a file of a name once")
        version.files[name] = call.params["file"].content
    return JSONResponse({"message": "201 Created"}, 201)


def get_file(call: Call) -> Response:
    """Give a file of a version."""
    with call.forge.state.lock:
        content = _found(call).files.get(call.path["file"])
    if content is None:
        raise not_found()
    return Response(content, media_type="application/octet-stream")


NAME, RUN = Field(), {"run_id": Field(required=True)}
WORDS = {"name": Field(required=True), "description": Field(), "tags": Field("list")}
ROUTES = [
    Route("GET", f"{PREFIX}/registered-models/get", get_model, fields={"name": NAME}),
    Route("POST", f"{PREFIX}/registered-models/create", create_model, "write", fields=WORDS),
    Route(
        "GET",
        f"{PREFIX}/model-versions/get",
        get_version,
        fields={"name": Field(required=True), "version": Field(required=True)},
    ),
    Route(
        "POST",
        f"{PREFIX}/model-versions/create",
        create_version,
        "write",
        fields=WORDS | {"name": NAME},
    ),
    Route("GET", f"{PREFIX}/runs/get", get_run, fields=RUN),
    Route(
        "POST",
        f"{PREFIX}/runs/log-batch",
        log_batch,
        "write",
        fields=RUN | {"metrics": Field("list"), "params": Field("list")},
    ),
    Route(
        "POST",
        f"{PREFIX}/runs/set-tag",
        set_tag,
        "write",
        fields=RUN | {"key": Field(required=True), "value": Field(required=True)},
    ),
    Route("GET", FILES, get_file, jobs=True),
    Route(
        "PUT", FILES, add_file, "write", fields={"file": Field("file", required=True)}, jobs=True
    ),
]
