"""The API's calls about protected branches and tags."""

from starlette.responses import JSONResponse, Response

from demo.forge.api.entities.protected import protected_branch, protected_tag
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.errors import conflict, not_found
from demo.forge.project_settings import PROTECTED_BRANCH, PROTECTED_TAG, Json

BRANCHES, TAGS = "/projects/:id/protected_branches", "/projects/:id/protected_tags"


def protected_branches(call: Call) -> Response:
    """List the rules for protected branches."""
    found = list(enumerate(_branches(call), start=1))
    return paged(found, lambda pair: protected_branch(*pair), params=call.params, url=call.url)


def protect_branch(call: Call) -> Response:
    """Protect the branches that a name or a pattern covers."""
    given = call.params
    rule = PROTECTED_BRANCH | {
        "name": given["name"],
        "push": given.get("push_access_level", PROTECTED_BRANCH["push"]),
        "merge": given.get("merge_access_level", PROTECTED_BRANCH["merge"]),
        "allow_force_push": given.get("allow_force_push", False),
    }
    with call.forge.changing():
        rules = _added("branch", _branches(call), rule)
        call.forge.config.settings.protected_branches = rules
    return JSONResponse(protected_branch(len(rules), rule), 201)


def unprotect_branch(call: Call) -> Response:
    """Take a rule away."""
    with call.forge.changing():
        rules = _without(_branches(call), call.path["name"])
        call.forge.config.settings.protected_branches = rules
    return Response(status_code=204)


def protected_tags(call: Call) -> Response:
    """List the rules for protected tags."""
    found = list(enumerate(call.forge.config.settings.protected_tags, start=1))
    return paged(found, lambda pair: protected_tag(*pair), params=call.params, url=call.url)


def protect_tag(call: Call) -> Response:
    """Protect the tags that a name or a pattern covers."""
    level = call.params.get("create_access_level", PROTECTED_TAG["create"])
    rule = {"name": call.params["name"], "create": level}
    settings = call.forge.config.settings
    with call.forge.changing():
        settings.protected_tags = _added("tag", settings.protected_tags, rule)
    return JSONResponse(protected_tag(len(settings.protected_tags), rule), 201)


def unprotect_tag(call: Call) -> Response:
    """Take a rule away."""
    settings = call.forge.config.settings
    with call.forge.changing():
        settings.protected_tags = _without(settings.protected_tags, call.path["name"])
    return Response(status_code=204)


def _branches(call: Call) -> list[Json]:
    return call.forge.config.settings.branches(call.forge.config.default_branch)


def _added(kind: str, rules: list[Json], rule: Json) -> list[Json]:
    if any(one["name"] == rule["name"] for one in rules):
        raise conflict(f"Protected {kind} '{rule['name']}' already exists")
    return [*rules, rule]


def _without(rules: list[Json], name: str) -> list[Json]:
    if all(one["name"] != name for one in rules):
        raise not_found()
    return [one for one in rules if one["name"] != name]


LEVEL = Field("integer", values=(0, 30, 40))
BRANCH = {
    "name": Field(required=True),
    "push_access_level": LEVEL,
    "merge_access_level": LEVEL,
    "allow_force_push": Field("boolean"),
}
TAG = {"name": Field(required=True), "create_access_level": LEVEL}
SEARCH = {**PAGING, "search": Field()}
ROUTES = [
    Route("GET", BRANCHES, protected_branches, role="maintainer", fields=SEARCH),
    Route("POST", BRANCHES, protect_branch, "write", "maintainer", BRANCH),
    Route("DELETE", f"{BRANCHES}/:name", unprotect_branch, "write", "maintainer"),
    Route("GET", TAGS, protected_tags, role="maintainer", fields=PAGING),
    Route("POST", TAGS, protect_tag, "write", "maintainer", TAG),
    Route("DELETE", f"{TAGS}/:name", unprotect_tag, "write", "maintainer"),
]
