"""Reads the facts of a project through GitLab's API, as far as the token may see them."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Any, TypeVar

from gitlab import Gitlab
from gitlab.exceptions import GitlabError
from gitlab.v4.objects import Project

from perennial.gitlab import refusal
from perennial.gitlab.client import connect, refusals
from perennial.gitlab.reading import NOT_GITLAB, reading
from perennial.gitlab.token import SENDABLE, is_sendable
from training.errors import BadParameter
from training.gitlab.project_check.facts import (
    NEEDS_MAINTAINER,
    WRITING,
    Facts,
    Json,
    Refused,
    Token,
    Withheld,
)
from training.gitlab.project_check.environments import REVIEW, SCOPES_OF_TOKENS
from training.gitlab.project_check.runners import PRODUCTION, TAG

TOKEN = refusal.Token(
    "GITLAB_TOKEN",
    "an access token with the scope read_api, preferably of a Maintainer of the project",
    scope="read_api",
)
# GitLab.com lists a hundred runners of its own; reading the tags of each takes a call.
RUNNERS_LOOKED_AT = 20
REFUSALS = (401, 403, 404)
HIDDEN = Withheld(f"{TOKEN.name} set to the value of REPO_TOKEN")
Answer = TypeVar("Answer")


def read(url: str, path: str, *, token: str, today: date, ca_file: str = "") -> Facts:
    """Return what GitLab shows of a project to a token.

    Raises BadParameter if no GitLab is at the address, and GitLabRefused if it does not answer, or
    the token or the project's path is wrong.
    """
    reach = partial(connect, url, ca_file=ca_file)
    client = reach(token=token)
    with refusals(f"read {url}", TOKEN):
        version = _version(client, url)
    action = f"read the project {path}"
    with reading(f"{action}: {NOT_GITLAB}"), refusals(action, TOKEN):
        project = client.projects.get(path)
        caller = _token(client, project)
        variables = _ask(lambda: _all(project.variables), NEEDS_MAINTAINER)
        return Facts(
            today=today,
            version=version,
            project=project.asdict(),
            caller=caller,
            branch=_branch(project),
            lint=_ask(lambda: project.ci_lint.get().asdict(), "the role Reporter"),
            variables=variables,
            inherited=_inherited(client, project),
            tokens=_repo_tokens(reach, path, variables, caller),
            triggers=_ask(lambda: _all(project.triggers), NEEDS_MAINTAINER),
            runners=_ask(lambda: _runners(client, project, variables), NEEDS_MAINTAINER),
            protected_branches=_ask(lambda: _all(project.protectedbranches), NEEDS_MAINTAINER),
            protected_tags=_ask(lambda: _all(project.protectedtags), NEEDS_MAINTAINER),
            schedules=_ask(lambda: _all(project.pipelineschedules), "the role Reporter"),
            members=_ask(lambda: _all(project.members_all), "the role Reporter"),
            job_tokens=_ask(lambda: _job_tokens(project), NEEDS_MAINTAINER),
            approvals=_ask(lambda: _approvals(project), NEEDS_MAINTAINER),
        )


def _ask(question: Callable[[], Answer], needs: str) -> Answer | Withheld:
    """Return the answer, or what the token needs for it."""
    try:
        return question()
    except GitlabError as error:
        if error.response_code not in REFUSALS:
            raise
        narrow = refusal.NO_SCOPE in str(error.error_message)
        return Withheld("a token of scope read_api" if narrow else f"{needs} in the project")


def _all(manager: Any) -> list[Json]:
    """Return every item of a paginated list."""
    return [item.asdict() for item in manager.list(iterator=True, per_page=100)]


def _version(client: Gitlab, url: str) -> str:
    """Return the version; this first call also checks the address and the token."""
    try:
        answer = client.http_get("/version")
    except GitlabError as error:
        if error.response_code != 404:
            raise
        answer = None
    if not isinstance(answer, dict) or "version" not in answer:
        raise BadParameter("--url", url, "the address of a GitLab server, as in a browser")
    return str(answer["version"])


def _token(client: Gitlab, project: Project) -> Token:
    """Return the client's token with its user and its rights."""
    user = client.http_get("/user")
    own = client.http_get("/personal_access_tokens/self")
    if not (isinstance(user, dict) and isinstance(own, dict)):
        raise TypeError("no JSON object")
    access = project.asdict().get("permissions") or {}
    levels = [(access.get(kind) or {}).get("access_level", 0) for kind in ACCESS]
    expires = own.get("expires_at")
    return Token(
        user=str(user["username"]),
        bot=bool(user.get("bot")),
        role=max(levels),
        scopes=frozenset(own["scopes"]),
        expires=date.fromisoformat(expires) if expires else None,
    )


ACCESS = ("project_access", "group_access")


def _branch(project: Project) -> Json | Withheld | None:
    try:
        return project.branches.get(project.default_branch or "main").asdict()
    except GitlabError as error:
        if error.response_code == 404:
            return None
        if error.response_code == 403:
            return Withheld("the role Reporter in the project")
        raise


def _inherited(client: Gitlab, project: Project) -> list[Json] | Withheld:
    """Return the variables of every group of the project, the nearest first."""
    if project.namespace["kind"] != "group":
        return []
    parts = project.namespace["full_path"].split("/")
    paths = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    groups = [client.groups.get(path, lazy=True) for path in paths]
    found = _ask(lambda: [one for group in groups for one in _all(group.variables)], "")
    return Withheld("the role Owner in the group") if isinstance(found, Withheld) else found


def _repo_tokens(
    reach: Callable[..., Gitlab], path: str, variables: list[Json] | Withheld, caller: Token
) -> dict[str, Token | Refused | Withheld | None]:
    """Return the rights of the values of REPO_TOKEN, by environment scope.

    Each value is sent to this GitLab only, and once.
    """
    if isinstance(variables, Withheld):
        # A project access token that may write is assumed to be that of merge requests.
        itself = caller if caller.bot and caller.scopes & WRITING else HIDDEN
        return {scope: itself if scope == REVIEW else HIDDEN for scope in SCOPES_OF_TOKENS}
    found = {
        one["environment_scope"]: one["value"] for one in variables if one["key"] == "REPO_TOKEN"
    }
    rights = {value: _rights(reach, path, value) for value in set(found.values()) if value}
    return {
        scope: rights.get(found[scope], HIDDEN) if scope in found else None
        for scope in SCOPES_OF_TOKENS
    }


def _rights(reach: Callable[..., Gitlab], path: str, value: str) -> Token | Refused:
    if not is_sendable(value):
        return Refused(f"its value is not of {SENDABLE}")
    client = reach(token=value)
    try:
        return _token(client, client.projects.get(path))
    except GitlabError as error:
        if error.response_code not in REFUSALS:
            raise
        return Refused(f"{error.response_code} {error.error_message}")


def _job_tokens(project: Project) -> Json:
    """Return whether other projects' jobs are kept out, and whose are not; its own never are."""
    scope = project.job_token_scope.get()
    projects = [one for one in _all(scope.allowlist) if one["id"] != project.id]
    allowed = [one["path_with_namespace"] for one in projects]
    allowed += [one["name"] for one in _all(scope.groups_allowlist)]
    return {"limited": scope.inbound_enabled, "allowed": allowed}


def _approvals(project: Project) -> Json | None:
    """Return the settings of approvals with how many are `required`; None where there are none."""
    try:
        found = project.approvals.get().asdict()
    except GitlabError as error:
        if error.response_code != 404:
            raise
        return None
    rules = [int(one["approvals_required"]) for one in _all(project.approvalrules)]
    return {**found, "required": max(rules, default=0)}


def _runners(client: Gitlab, project: Project, variables: list[Json] | Withheld) -> list[Json]:
    """Return the runners online with their details, those with a tag that jobs ask for first."""
    known = [] if isinstance(variables, Withheld) else variables
    tag = next((one["value"] for one in known if one["key"] == "TRAIN_RUNNER"), None) or TAG
    asked: list[dict[str, Any]] = [{"tag_list": [tag]}, {"tag_list": [PRODUCTION]}, {}]
    listed = dict.fromkeys(
        number
        for filters in asked
        for number in _online(project.runners.list(iterator=True, status="online", **filters))
    )
    return [client.runners.get(number).asdict() for number in list(listed)[:RUNNERS_LOOKED_AT]]


def _online(listed: Iterable[Any]) -> list[int]:
    return [runner.id for runner in listed if not runner.paused]
