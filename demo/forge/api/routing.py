"""Finds the function that answers a call, and checks the caller and the parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from starlette.responses import Response

from demo.forge.api.params import Field, check
from demo.forge.configuration import ROLES, Token
from demo.forge.errors import (
    forbidden,
    insufficient_scope,
    no_such_method,
    no_such_path,
    not_found,
    unauthorized,
)
from demo.forge.forge import Forge
from demo.forge.fork import Fork


@dataclass(frozen=True)
class Call:
    """An authorised call with checked parameters.

    token: who calls; only a call that needs none may lack it.  path: the address's own parts.
    """

    forge: Forge
    who: Token | None
    path: Mapping[str, str]
    params: Mapping[str, Any]
    url: str

    @property
    def fork(self) -> Fork | None:
        """Return the fork that the address names, if it names one."""
        return fork_of(self.forge, self.path)

    @property
    def token(self) -> Token:
        """Return who calls."""
        assert self.who is not None
        return self.who

    def number(self, name: str, what: str = "") -> int:
        """Return a part of the address that must be a number.

        Raises ApiError.
        """
        if not self.path[name].isdigit():
            raise not_found(what)
        return int(self.path[name])


Handler = Callable[[Call], Response]


@dataclass(frozen=True)
class Route:
    """One call of the API.

    access: "read", "write", "user" (any token), "own" (any that may write) or
    "open" (the handler looks by itself).  from_fork: the owner of a fork may call it for that.
    jobs: a job's own token may call it, as doc/ci/jobs/ci_job_token.md of GitLab says.
    """

    method: str
    pattern: str
    handler: Handler
    access: str = "read"
    role: str = "reporter"
    fields: Mapping[str, Field] = field(default_factory=dict)
    from_fork: bool = False
    jobs: bool = False

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """Return the parts of an address that this route names, or None."""
        parts = self.pattern.strip("/").split("/")
        rest = parts[-1] == "*path"
        if len(parts) != len(segments) and not (rest and len(segments) >= len(parts)):
            return None
        found = {}
        for part, segment in zip(parts, segments, strict=False):
            if part == "*path":
                found["path"] = "/".join(segments[len(parts) - 1 :])
            elif part.startswith(":"):
                found[part[1:]] = segment
            elif part != segment:
                return None
        return found


def find(routes: list[Route], method: str, path: str) -> tuple[Route, dict[str, str]]:
    """Return the route for a raw path, whose parts may hide slashes as %2F.

    Raises ApiError.
    """
    segments = [unquote(segment) for segment in path.strip("/").split("/")]
    matches = [(route, found) for route in routes if (found := route.match(segments)) is not None]
    for route, found in matches:
        if route.method == method:
            return route, found
    raise no_such_method() if matches else no_such_path()


def answer(
    forge: Forge,
    route: Route,
    path: Mapping[str, str],
    *,
    secret: str | None,
    job: str | None,
    params: Mapping[str, Any],
    url: str,
) -> Response:
    """Check who calls and with what, in GitLab's order, and answer.

    secret: an access token.  job: a job's own token.

    Raises ApiError.
    """
    who = _authenticate(forge, route, secret, job if route.jobs else None)
    checked = check(params, route.fields)
    fork = fork_of(forge, path) if route.from_fork else None
    if fork is not None and who is not None and fork.owned_by(who):
        return route.handler(Call(forge, who, path, checked, url))
    if ":id" in route.pattern and path["id"] not in _names(forge):
        raise not_found("" if route.access == "open" else "Project")
    if who is not None and (reason := forge.barred(who)):
        raise forbidden(reason)
    if who is not None and route.access not in ("user", "own") and who.role < ROLES[route.role]:
        raise forbidden()
    return route.handler(Call(forge, who, path, checked, url))


def fork_of(forge: Forge, path: Mapping[str, str]) -> Fork | None:
    """Return the fork that an address names by its path or its number."""
    for fork in forge.forks.values():
        if path.get("id") in (str(fork.number), fork.path):
            return fork
    return None


def _names(forge: Forge) -> tuple[str, str]:
    return str(forge.config.project_id), forge.config.project


def _authenticate(forge: Forge, route: Route, secret: str | None, job: str | None) -> Token | None:
    if route.access == "open":
        return None
    token = forge.token(secret)
    if token is None:
        if (running := forge.job_token(job)) is not None:
            return running
        if secret is None and job is None and route.access == "read" and ":id" in route.pattern:
            raise not_found("Project")  # as GitLab hides a private project from strangers
        raise unauthorized()
    scopes = {
        "read": ("api", "read_api"),
        "write": ("api",),
        "user": ("api", "read_api", "read_user"),
        "own": ("api", "create_runner"),
    }[route.access]
    if not token.may(*scopes):
        raise insufficient_scope(" ".join(scopes))
    return token
