"""The API's calls about tokens and members, with the roles that GitLab asks for."""

import secrets
from datetime import date

from starlette.responses import JSONResponse, Response

from demo.forge.api.entities.credentials import access_token, trigger_token
from demo.forge.api.entities.user import member
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING, Field
from demo.forge.api.routing import Call, Route
from demo.forge.configuration import ROLES, SCOPES, Token
from demo.forge.errors import bad_request, not_found

MEMBERS, TRIGGERS = "/projects/:id/members/all", "/projects/:id/triggers"


def own_token(call: Call) -> Response:
    """Describe the token that calls."""
    return JSONResponse(access_token(call.forge, call.token))


def create_token(call: Call) -> Response:
    """Create a project access token, which is a bot user with a role of its own.

    A Maintainer can give no higher role than their own.
    """
    params = call.params
    role = params.get("access_level", ROLES["maintainer"])
    if role not in ROLES.values() or role > call.token.role:
        raise bad_request("Access level of the token can't be greater than the access level of you")
    if not params["scopes"] or not set(params["scopes"]) <= set(SCOPES):
        raise bad_request("Scopes can only contain available scopes")
    token = Token(
        value=f"glpat-{secrets.token_hex(12)}",
        kind="project",
        name=params["name"],
        role=role,
        scopes=frozenset(params["scopes"]),
        expires_at=date.fromisoformat(params["expires_at"]).isoformat(),
    )
    with call.forge.changing():
        call.forge.config.tokens = [*call.forge.config.tokens, token]
    shown = access_token(call.forge, token) | {"access_level": role, "token": token.value}
    return JSONResponse(shown, 201)


def triggers(call: Call) -> Response:
    """List the pipeline trigger tokens, shortened as other users' tokens are."""
    tokens = [token for token in call.forge.config.tokens if token.kind == "trigger"]
    found = list(enumerate(tokens, start=1))
    return paged(
        found, lambda pair: trigger_token(call.forge, *pair), params=call.params, url=call.url
    )


def create_trigger(call: Call) -> Response:
    """Create a pipeline trigger token, which acts as its owner: the caller."""
    token = Token(
        value=f"glptt-{secrets.token_hex(20)}",
        kind="trigger",
        name=call.token.name,
        role=call.token.role,
        description=call.params["description"],
    )
    with call.forge.changing():
        call.forge.config.tokens = [*call.forge.config.tokens, token]
    number = sum(one.kind == "trigger" for one in call.forge.config.tokens)
    shown = trigger_token(call.forge, number, token) | {"token": token.value}
    return JSONResponse(shown, 201)


def members(call: Call) -> Response:
    """List the users of the project with their roles."""
    return paged(
        call.forge.config.members(),
        lambda one: member(call.forge, one),
        params=call.params,
        url=call.url,
    )


def one_member(call: Call) -> Response:
    """Describe a user of the project."""
    for token in call.forge.config.members():
        if call.forge.config.user_id(token) == call.number("user"):
            return JSONResponse(member(call.forge, token))
    raise not_found("User")


TOKEN = {
    "name": Field(required=True),
    "scopes": Field("labels", required=True),
    "access_level": Field("integer"),
    "expires_at": Field(required=True),
}
DESCRIPTION = {"description": Field(required=True)}
ROUTES = [
    Route("GET", "/personal_access_tokens/self", own_token, "user"),
    Route("POST", "/projects/:id/access_tokens", create_token, "write", "maintainer", TOKEN),
    Route("GET", TRIGGERS, triggers, role="maintainer", fields=PAGING),
    Route("POST", TRIGGERS, create_trigger, "write", "maintainer", DESCRIPTION),
    Route("GET", MEMBERS, members, role="guest", fields=PAGING),
    Route("GET", f"{MEMBERS}/:user", one_member, role="guest"),
]
