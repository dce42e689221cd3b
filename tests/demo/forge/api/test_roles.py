"""Which role each call of the API needs, as GitLab's documentation of permissions says."""

from collections.abc import Iterator

import pytest

from demo.forge.api.routes import ROUTES
from demo.forge.api.routing import Route
from demo.forge.configuration import ROLES
from tests.demo.forge.contract import MLFLOW, PROJECT, REQUESTS
from tests.demo.forge.fixtures import ForgeServer
from tests.demo.forge.still import still_forge

# Calls that need no role in the project: about the caller alone, or with a secret of their own.
OPEN = {
    "GET /version",
    "GET /user",
    "GET /personal_access_tokens/self",
    "GET /runners/:runner",
    "POST /user/runners",
    f"POST {PROJECT}/trigger/pipeline",
}
GUEST = {f"GET {PROJECT}", f"GET {PROJECT}/members/all", f"GET {PROJECT}/members/all/:user"}
# What a Reporter may, beside reading.
REPORTER = {
    f"POST {PROJECT}/uploads",
    f"POST {REQUESTS}/:iid/notes",
    f"PUT {REQUESTS}/:iid/notes/:note",
    f"DELETE {REQUESTS}/:iid/notes/:note",
}
MAINTAINER = {
    f"PUT {PROJECT}",
    f"POST {PROJECT}/access_tokens",
    *(f"{verb} {PROJECT}/triggers" for verb in ("GET", "POST")),
    *(f"{verb} {PROJECT}/job_token_scope" for verb in ("GET", "PATCH")),
    *(f"GET {PROJECT}/job_token_scope/{name}" for name in ("allowlist", "groups_allowlist")),
    *(f"{verb} {PROJECT}/variables" for verb in ("GET", "POST")),
    f"DELETE {PROJECT}/variables/:key",
    f"GET {PROJECT}/runners",
    *(f"{verb} {PROJECT}/protected_branches" for verb in ("GET", "POST")),
    *(f"{verb} {PROJECT}/protected_tags" for verb in ("GET", "POST")),
    f"DELETE {PROJECT}/protected_branches/:name",
    f"DELETE {PROJECT}/protected_tags/:name",
}
OWNER = {"GET /groups/:group/variables"}
# GitLab answers 401 in place of 403 here, later, or takes another header.
LATER = {f"POST {MLFLOW}/{call}" for call in ("registered-models/create", "model-versions/create")}
LATER |= {f"POST {MLFLOW}/runs/{call}" for call in ("log-batch", "set-tag")}
LATER |= {f"{verb} {PROJECT}/packages/ml_models/:version/files/:file" for verb in ("GET", "PUT")}
# Calls that can be made without parameters, so that only the role decides.
BARE = [
    route
    for route in ROUTES
    if f"{route.method} {route.pattern}" not in OPEN | LATER
    and not any(field.required for field in route.fields.values())
]


def least(call: str) -> str:
    """Return the role that a call needs."""
    for role, calls in (("guest", GUEST), ("maintainer", MAINTAINER), ("owner", OWNER)):
        if call in calls:
            return role
    reads = call.startswith("GET ") or call in REPORTER
    return "reporter" if reads else "developer"


def secret(role: str) -> str:
    """Return the token of a role."""
    return f"glpat-{role}-0123456789"


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """An empty project with a token of each role."""
    tokens = [
        {"token": secret(role), "kind": "project", "name": role, "role": role, "scopes": ["api"]}
        for role in ROLES
    ]
    with still_forge(tmp_path_factory.mktemp("forge"), tokens=tokens, variables={}) as server:
        yield server


def test_every_call_asks_for_its_role() -> None:
    """The declared role of each, against the lists above."""
    calls = {f"{route.method} {route.pattern}": route.role for route in ROUTES}
    assert {call: role for call, role in calls.items() if call not in OPEN | LATER} == {
        call: least(call) for call in calls if call not in OPEN | LATER
    }
    assert GUEST | REPORTER | OWNER | OPEN | LATER | MAINTAINER <= calls.keys()


@pytest.mark.parametrize("route", BARE, ids=lambda route: f"{route.method} {route.pattern}")
def test_a_call_is_forbidden_below_its_role(forge: ForgeServer, route: Route) -> None:
    """Before anything is looked at; from that role on it is allowed, if only to fail."""
    parts = route.pattern.replace(":group", "perennial").replace("*path", "x").split("/")
    path = "/".join("1" if part.startswith(":") else part for part in parts)
    answers = {role: forge.call(route.method, path, secret(role)) for role in ROLES}
    allowed = {role for role, answer in answers.items() if answer.status_code != 403}
    assert allowed == {role for role in ROLES if ROLES[role] >= ROLES[route.role]}
