"""The API's calls about CI/CD variables."""

import re

from starlette.responses import JSONResponse, Response

from demo.forge.api.entities.credentials import variable
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.errors import bad_request, not_found
from demo.forge.project_variables import Variable

# What a log can hide. Source: app/models/concerns/ci/maskable.rb of GitLab.
MASKABLE, RAW = re.compile(r"[a-zA-Z0-9_+=/@:.~-]{8,}"), re.compile(r"\S{8,}")
BASE = "/projects/:id/variables"


def variables(call: Call) -> Response:
    """List the project's CI/CD variables."""
    found = sorted(call.forge.config.variables, key=lambda one: (one.key, one.environment_scope))
    return paged(found, variable, params=call.params, url=call.url)


def create(call: Call) -> Response:
    """Add a variable; several may have one name, for different environments."""
    given = dict(call.params)
    hidden = given.pop("masked_and_hidden", False)
    made = Variable(**given | ({"masked": True, "hidden": True} if hidden else {}))
    config = call.forge.config
    if made.masked and not (RAW if made.raw else MASKABLE).fullmatch(made.value):
        raise bad_request({"value": ["is invalid"]})
    with call.forge.changing():
        if _place(made) in map(_place, config.variables):
            raise bad_request({"key": [f"({made.key}) has already been taken"]})
        config.variables = [*config.variables, made]
    return JSONResponse(variable(made), 201)


def delete(call: Call) -> Response:
    """Remove a variable: the one of the environment that the filter names."""
    config = call.forge.config
    scope = call.params.get("filter", {}).get("environment_scope", "*")
    with call.forge.changing():
        kept = [one for one in config.variables if _place(one) != (call.path["key"], scope)]
        if len(kept) == len(config.variables):
            raise not_found("Variable")
        config.variables = kept
    return Response(status_code=204)


def _place(one: Variable) -> tuple[str, str]:
    return one.key, one.environment_scope


def group_variables(call: Call) -> Response:
    """List the CI/CD variables of the group around the project, which has none."""
    if call.path["group"] != call.forge.config.project.rpartition("/")[0]:
        raise not_found("Group")
    return paged([], lambda one: one, params=call.params, url=call.url)


FLAGS = ("protected", "masked", "masked_and_hidden", "raw")
VARIABLE = {
    "key": Field(required=True),
    "value": Field(required=True),
    "variable_type": Field(values=("env_var", "file")),
    "environment_scope": Field(),
    **{name: Field("boolean") for name in FLAGS},
}
ROUTES = [
    Route("GET", BASE, variables, role="maintainer", fields=PAGING),
    Route("POST", BASE, create, "write", "maintainer", VARIABLE),
    Route("DELETE", f"{BASE}/:key", delete, "write", "maintainer", {"filter": Field("map")}),
    Route("GET", "/groups/:group/variables", group_variables, role="owner", fields=PAGING),
]
