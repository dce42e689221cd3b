"""The API's calls about tokens and CI/CD variables, with the roles that GitLab asks for."""

from starlette.responses import JSONResponse, Response

from demo.forge.api.entities.credentials import access_token, trigger_token, variable
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING
from demo.forge.api.routing import Call, Route
from demo.forge.errors import not_found


def own_token(call: Call) -> Response:
    """Describe the token that calls."""
    return JSONResponse(access_token(call.forge, call.token))


def variables(call: Call) -> Response:
    """List the project's CI/CD variables."""
    found = sorted(call.forge.config.variables, key=lambda one: (one.key, one.environment_scope))
    return paged(found, variable, params=call.params, url=call.url)


def group_variables(call: Call) -> Response:
    """List the CI/CD variables of the group around the project, which has none."""
    if call.path["group"] != call.forge.config.project.rpartition("/")[0]:
        raise not_found("Group")
    return paged([], lambda one: one, params=call.params, url=call.url)


def triggers(call: Call) -> Response:
    """List the pipeline trigger tokens, shortened as other users' tokens are."""
    tokens = [token for token in call.forge.config.tokens if token.kind == "trigger"]
    found = list(enumerate(tokens, start=1))
    return paged(
        found, lambda pair: trigger_token(call.forge, *pair), params=call.params, url=call.url
    )


ROUTES = [
    Route("GET", "/personal_access_tokens/self", own_token, "user"),
    Route("GET", "/projects/:id/variables", variables, role="maintainer", fields=PAGING),
    Route("GET", "/groups/:group/variables", group_variables, role="owner", fields=PAGING),
    Route("GET", "/projects/:id/triggers", triggers, role="maintainer", fields=PAGING),
]
