"""The API's calls about the runners that the project may use."""

import secrets

from starlette.responses import JSONResponse, Response

from demo.forge.api.entities.runner import runner as runner_entity
from demo.forge.api.entities.runner import runner_details
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.configuration import ROLES
from demo.forge.errors import forbidden, not_found
from demo.forge.project_settings import RUNNER

TYPES = ("instance_type", "group_type", "project_type")
STATUSES = ("online", "offline", "stale", "never_contacted")
FILTERS = {
    **PAGING,
    "type": Field(values=TYPES),
    "status": Field(values=STATUSES),
    "paused": Field("boolean"),
    "tag_list": Field("labels"),
}


def runners(call: Call) -> Response:
    """List the runners that the project may use."""
    wanted = {key: call.params[key] for key in ("status", "paused") if key in call.params}
    tags = set(call.params.get("tag_list", []))
    found = [
        (number, runner)
        for number, runner in enumerate(call.forge.config.settings.runners or (), start=1)
        if all(runner[key] == value for key, value in wanted.items())
        and call.params.get("type") in (None, runner["runner_type"])
        and tags <= set(runner["tag_list"])
    ]
    return paged(found, lambda pair: runner_entity(*pair), params=call.params, url=call.url)


def runner(call: Call) -> Response:
    """Describe a runner: an instance runner to everybody, any other to Maintainers."""
    known = call.forge.config.settings.runners or []
    number = call.number("runner", "Runner")
    if not 1 <= number <= len(known):
        raise not_found("Runner")
    found = known[number - 1]
    if found["runner_type"] != "instance_type" and call.token.role < ROLES["maintainer"]:
        raise forbidden()
    return JSONResponse(runner_details(number, found))


def create(call: Call) -> Response:
    """Register a runner; it is online at once, as if its machine had been started too."""
    if str(call.params["project_id"]) != str(call.forge.config.project_id):
        raise not_found("Project")
    if call.token.role < ROLES["maintainer"]:
        raise forbidden()
    wish = {name: value for name, value in call.params.items() if name in RUNNER}
    settings = call.forge.config.settings
    with call.forge.changing():
        settings.runners = [*(settings.runners or []), RUNNER | wish]
    made = {"id": len(settings.runners), "token": f"glrt-{secrets.token_hex(10)}"}
    return JSONResponse(made | {"token_expires_at": None}, 201)


NEW = {
    "runner_type": Field(required=True, values=("project_type",)),
    "project_id": Field("integer", required=True),
    "description": Field(),
    "tag_list": Field("labels"),
    "run_untagged": Field("boolean"),
    "locked": Field("boolean"),
    "paused": Field("boolean"),
    "access_level": Field(values=("not_protected", "ref_protected")),
    "maximum_timeout": Field("integer"),
}
ROUTES = [
    Route("GET", "/projects/:id/runners", runners, role="maintainer", fields=FILTERS),
    Route("GET", "/runners/:runner", runner, "user"),
    Route("POST", "/user/runners", create, "own", fields=NEW),
]
