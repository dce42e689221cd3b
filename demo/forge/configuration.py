"""The forge's configuration, read once from a JSON file and checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from demo.forge.errors import ConfigError
from demo.forge.project_settings import Settings, parse_settings
from demo.forge.project_variables import Variable, parse_variables, visible

ROLES = {"guest": 10, "planner": 15, "reporter": 20, "developer": 30, "maintainer": 40, "owner": 50}
SCOPES = ("api", "read_api", "read_user", "read_repository", "write_repository", "create_runner")
TOKEN_FIELDS = ("token", "kind", "name", "role", "scopes", "expires_at", "bot", "project")
KINDS = ("project", "trigger", "job")
TOOL = Path(__file__).resolve().parents[2] / "node_modules" / ".bin" / "gitlab-ci-local"


@dataclass(frozen=True)
class Token:
    """An access token: what it may do, and under whose name.

    kind: "project", an access token; "trigger"; or "job", that of a job that runs.
    role: of its user; a trigger token acts as its owner.  bot: the user is no person.
    project: the path of the job's project.
    """

    value: str
    kind: str
    name: str
    role: int = 0
    scopes: frozenset[str] = frozenset()
    expires_at: str | None = None
    bot: bool = True
    description: str = ""
    project: str = ""

    def may(self, *scopes: str) -> bool:
        """Tell whether the token has one of these scopes."""
        return not self.scopes.isdisjoint(scopes)


@dataclass
class Config:
    """What an administrator configures, and changes while the forge runs.

    concurrency: jobs at once.  timeout: seconds for one job.  runner: the environment of a job
    beside GitLab's variables, PATH and HOME included; nothing else is inherited.
    tokens: also those of jobs that run in other projects on the same server.
    variables: of the project; several may have one name, for different environments.
    forks: paths of forks, each in the namespace of the user who owns it.
    merge_method: "merge" makes a merge commit, "ff" fast-forwards only.
    """

    project: str
    default_branch: str
    tokens: list[Token]
    variables: list[Variable] = field(default_factory=list)
    runner: Mapping[str, str] = field(default_factory=dict)
    project_id: int = 1
    concurrency: int = 2
    timeout: float = 1800
    forks: list[str] = field(default_factory=list)
    merge_method: str = "merge"
    gitlab_ci_local: Path = TOOL
    settings: Settings = field(default_factory=Settings)

    def become(self, other: "Config") -> None:
        """Take over everything from another configuration; all parts of the forge see it."""
        for each in fields(self):
            setattr(self, each.name, getattr(other, each.name))

    def visible(self, *, protected: bool, environment: str | None = None) -> dict[str, str]:
        """Return the variables for a pipeline, or for a job of an environment.

        protected: the pipeline's branch or tag is.
        """
        return visible(self.variables, protected=protected, environment=environment)

    def members(self) -> list[Token]:
        """Return a token of each user with a role; an access token says it, if there is one."""
        known = sorted(self.tokens, key=lambda one: one.kind == "project")
        return [one for one in {one.name: one for one in known}.values() if one.role]

    def fork_id(self, path: str) -> int:
        """Return the number of a fork among the projects."""
        return self.project_id + 1 + self.forks.index(path)

    def user_id(self, token: Token) -> int:
        """Return the id of the user behind a token; tokens of one name are one user's."""
        names = list(dict.fromkeys(each.name for each in self.tokens))
        return 1 + (names.index(token.name) if token.name in names else len(names))

    @property
    def masked(self) -> frozenset[str]:
        """Return what a log must never show: masked values and every token."""
        values = {variable.value for variable in self.variables if variable.masked}
        return frozenset(values | {token.value for token in self.tokens})


def load_config(path: Path) -> Config:
    """Read and check a configuration file.

    Raises ConfigError.
    """
    try:
        data = json.loads(path.read_text())
    except (OSError, json.JSONDecodeError) as error:
        raise ConfigError("--config", str(path), f"a readable JSON file ({error})") from error
    return parse_config(data)


def parse_config(data: object) -> Config:
    """Check a configuration that came as JSON.

    Raises ConfigError.
    """
    known = set(Config.__dataclass_fields__)
    given = _mapping("configuration", data)
    for name in given.keys() - known:
        raise ConfigError("configuration", name, f"a known field: {', '.join(sorted(known))}")
    for name in ("project", "default_branch", "tokens"):
        if name not in given:
            raise ConfigError(name, None, "present")
    checked = dict(given)
    checked["project"] = _project(given["project"])
    checked["default_branch"] = _text("default_branch", given["default_branch"])
    checked["tokens"] = _tokens(given["tokens"])
    if "variables" in given:
        checked["variables"] = parse_variables(given["variables"])
    if "runner" in given:
        runner = _mapping("runner", given["runner"])
        checked["runner"] = {key: _text(f"runner.{key}", value) for key, value in runner.items()}
    for name in ("project_id", "concurrency", "timeout"):
        if name in given and not (_is_number(given[name]) and given[name] > 0):
            raise ConfigError(name, given[name], "a number above 0")
    if checked.get("merge_method", "merge") not in ("merge", "ff"):
        raise ConfigError("merge_method", given["merge_method"], "'merge' or 'ff'")
    if "forks" in given:
        checked["forks"] = [_project(path) for path in given["forks"]]
    if "gitlab_ci_local" in given:
        checked["gitlab_ci_local"] = Path(_text("gitlab_ci_local", given["gitlab_ci_local"]))
    if "settings" in given:
        checked["settings"] = parse_settings(given["settings"])
    return Config(**checked)


def _mapping(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(name, value, "an object")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigError(name, value, "a non-empty string")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _project(value: object) -> str:
    path = _text("project", value)
    if path.count("/") < 1 or path.strip("/") != path:
        raise ConfigError("project", path, "a path such as group/project")
    return path


def _tokens(value: object) -> list[Token]:
    if not isinstance(value, list):
        raise ConfigError("tokens", value, "a list")
    return [_token(f"tokens[{i}]", _mapping(f"tokens[{i}]", each)) for i, each in enumerate(value)]


def _token(where: str, fields: Mapping[str, Any]) -> Token:
    for name in fields.keys() - TOKEN_FIELDS:
        raise ConfigError(where, name, f"a known field: {', '.join(TOKEN_FIELDS)}")
    kind = fields.get("kind")
    if kind not in KINDS:
        raise ConfigError(f"{where}.kind", kind, f"one of {', '.join(KINDS)}")
    if (kind == "job") is not ("project" in fields):
        expected = "a project's path, with the token of a job and with no other"
        raise ConfigError(f"{where}.project", fields.get("project"), expected)
    role = fields.get("role", "maintainer")
    if role not in ROLES:
        raise ConfigError(f"{where}.role", role, f"one of {', '.join(ROLES)}")
    scopes = fields.get("scopes", [])
    if not isinstance(scopes, list) or not set(scopes) <= set(SCOPES):
        raise ConfigError(f"{where}.scopes", scopes, f"a list out of {', '.join(SCOPES)}")
    return Token(
        value=_text(f"{where}.token", fields.get("token")),
        kind=kind,
        name=_text(f"{where}.name", fields.get("name", kind)),
        role=ROLES[role],
        scopes=frozenset(scopes),
        expires_at=fields.get("expires_at"),
        bot=fields.get("bot", True),
        project=_project(fields["project"]) if kind == "job" else "",
    )
