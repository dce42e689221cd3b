"""The API's calls that read a project's settings, with the roles that GitLab asks for."""

from typing import Any

from starlette.responses import JSONResponse, Response

from demo.forge.api import entities
from demo.forge.configuration import ROLES, Token, Variable
from demo.forge.errors import forbidden, not_found
from demo.forge.ci.lint import lint
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.project_settings import FOR_MAINTAINERS, FOR_MEMBERS, Json

MAINTAINER = ROLES["maintainer"]
LEVELS = {0: "No one", 30: "Developers + Maintainers", 40: "Maintainers"}
RUNNER_TYPES = ("instance_type", "group_type", "project_type")
RUNNER_STATUSES = ("online", "offline", "stale", "never_contacted")


def shown(call: Call) -> Json:
    """Return the settings that GET /projects/:id shows to this caller."""
    told = FOR_MEMBERS | (FOR_MAINTAINERS if call.token.role >= MAINTAINER else {})
    chosen = call.forge.config.settings.project
    access = {"access_level": call.token.role, "notification_level": 3}
    return {
        **{name: chosen.get(name, default) for name, default in told.items()},
        "permissions": {"project_access": access, "group_access": None},
    }


def own_token(call: Call) -> Response:
    """Describe the token that calls."""
    token = call.token
    user = entities.user(call.forge, token)
    return JSONResponse(
        {
            "id": user["id"],
            "name": token.name,
            "description": None,
            "revoked": False,
            "active": True,
            "created_at": "2026-01-01T00:00:00.000Z",
            "last_used_at": None,
            "scopes": sorted(token.scopes),
            "user_id": user["id"],
            "expires_at": token.expires_at,
        }
    )


def variables(call: Call) -> Response:
    """List the project's CI/CD variables."""
    found = sorted(call.forge.config.variables.items())
    return paged(found, lambda pair: _variable(*pair), params=call.params, url=call.url)


def _variable(name: str, variable: Variable) -> Json:
    return {
        "variable_type": variable.variable_type,
        "key": name,
        "value": None if variable.hidden else variable.value,
        "protected": variable.protected,
        "masked": variable.masked,
        "hidden": variable.hidden,
        "raw": variable.raw,
        "environment_scope": variable.environment_scope,
        "description": None,
    }


def group_variables(call: Call) -> Response:
    """List the CI/CD variables of the group around the project, which has none."""
    if call.path["group"] != call.forge.config.project.rpartition("/")[0]:
        raise not_found("Group")
    return paged([], lambda one: one, params=call.params, url=call.url)


def triggers(call: Call) -> Response:
    """List the pipeline trigger tokens, shortened as those of others are."""
    tokens = [token for token in call.forge.config.tokens if token.kind == "trigger"]
    found = list(enumerate(tokens, start=1))
    return paged(found, lambda pair: _trigger(call, *pair), params=call.params, url=call.url)


def _trigger(call: Call, number: int, token: Token) -> Json:
    return {
        "id": number,
        "description": token.name,
        "created_at": "2026-01-01T00:00:00.000Z",
        "updated_at": "2026-01-01T00:00:00.000Z",
        "last_used": None,
        "expires_at": token.expires_at,
        "token": token.value[:4],
        "owner": entities.user(call.forge, token),
    }


def runners(call: Call) -> Response:
    """List the runners that the project may use."""
    wanted = {key: call.params[key] for key in ("status", "paused") if key in call.params}
    tags = set(call.params.get("tag_list", []))
    found = [
        (number, runner)
        for number, runner in enumerate(call.forge.config.settings.runners, start=1)
        if all(runner[key] == value for key, value in wanted.items())
        and call.params.get("type") in (None, runner["runner_type"])
        and tags <= set(runner["tag_list"])
    ]
    return paged(found, lambda pair: _runner(*pair), params=call.params, url=call.url)


def _runner(number: int, runner: Json) -> Json:
    return {
        "id": number,
        "description": runner["description"],
        "ip_address": None,
        "active": not runner["paused"],
        "paused": runner["paused"],
        "is_shared": runner["runner_type"] == "instance_type",
        "runner_type": runner["runner_type"],
        "name": "gitlab-runner",
        "online": runner["status"] == "online",
        "status": runner["status"],
    }


def runner(call: Call) -> Response:
    """Describe a runner; that of the whole instance to everybody, another to Maintainers."""
    known = call.forge.config.settings.runners
    number = call.number("runner", "Runner")
    if not 1 <= number <= len(known):
        raise not_found("Runner")
    found = known[number - 1]
    if found["runner_type"] != "instance_type" and call.token.role < MAINTAINER:
        raise forbidden()
    details = ("tag_list", "run_untagged", "locked", "maximum_timeout", "access_level")
    return JSONResponse(_runner(number, found) | {name: found[name] for name in details})


def protected_branches(call: Call) -> Response:
    """List the rules for protected branches."""
    found = call.forge.config.settings.branches(call.forge.config.default_branch)
    return paged(
        found,
        lambda rule: {
            "name": rule["name"],
            "push_access_levels": _levels(rule["push"]),
            "merge_access_levels": _levels(rule["merge"]),
            "allow_force_push": rule["allow_force_push"],
            "code_owner_approval_required": False,
        },
        params=call.params,
        url=call.url,
    )


def protected_tags(call: Call) -> Response:
    """List the rules for protected tags."""
    return paged(
        list(call.forge.config.settings.protected_tags),
        lambda rule: {"name": rule["name"], "create_access_levels": _levels(rule["create"])},
        params=call.params,
        url=call.url,
    )


def _levels(level: int) -> list[Json]:
    return [{"id": 1, "access_level": level, "access_level_description": LEVELS[level]}]


def ci_lint(call: Call) -> Response:
    """Check the default branch's pipeline file, without asking which jobs a pipeline would have."""
    forge = call.forge
    sha = forge.repository.branch(forge.config.default_branch)
    if sha is None:
        raise not_found("Repository")
    problems = lint(forge.pipelines, sha)
    answer: dict[str, Any] = {
        "valid": not problems,
        "errors": problems,
        "warnings": [],
        "merged_yaml": None,
        "includes": [],
    }
    if call.params.get("include_jobs"):
        answer["jobs"] = []
    return JSONResponse(answer)


ROUTES = [
    Route("GET", "/personal_access_tokens/self", own_token, "user"),
    Route("GET", "/projects/:id/variables", variables, role="maintainer", fields=PAGING),
    Route("GET", "/groups/:group/variables", group_variables, role="owner", fields=PAGING),
    Route("GET", "/projects/:id/triggers", triggers, role="maintainer", fields=PAGING),
    Route(
        "GET",
        "/projects/:id/runners",
        runners,
        role="maintainer",
        fields={
            **PAGING,
            "type": Field(values=RUNNER_TYPES),
            "status": Field(values=RUNNER_STATUSES),
            "paused": Field("boolean"),
            "tag_list": Field("labels"),
        },
    ),
    Route("GET", "/runners/:runner", runner, "user"),
    Route(
        "GET",
        "/projects/:id/protected_branches",
        protected_branches,
        role="maintainer",
        fields={**PAGING, "search": Field()},
    ),
    Route("GET", "/projects/:id/protected_tags", protected_tags, role="maintainer", fields=PAGING),
    Route("GET", "/projects/:id/ci/lint", ci_lint, fields={"include_jobs": Field("boolean")}),
]
