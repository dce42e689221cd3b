"""The API's calls about the runners that the project may use."""

from starlette.responses import JSONResponse, Response

from demo.forge.api.entities.runner import runner as runner_entity
from demo.forge.api.entities.runner import runner_details
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.configuration import ROLES
from demo.forge.errors import forbidden, not_found

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


ROUTES = [
    Route("GET", "/projects/:id/runners", runners, role="maintainer", fields=FILTERS),
    Route("GET", "/runners/:runner", runner, "user"),
]
