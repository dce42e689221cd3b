"""A project on the forge that is set up as the guide says, who may change it, and its check."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

from demo.forge.configuration import ROLES, Config, Token
from demo.forge.project_settings import RUNNER, Json
from demo.forge.project_variables import Variable
from tests.demo.forge.fixtures import API, DEVELOPER, PROJECT, ForgeServer
from training.command_line import run
from training.gitlab.project_check.__main__ import main
from training.gitlab.project_check.checks import check_project
from training.gitlab.project_check.facts import Facts
from training.gitlab.project_check.reader import read
from training.tasks import TASKS

BOSS, READER, NARROW, STRANGER = (
    f"glpat-{name}-0123456789" for name in "boss reader narrow stranger".split()
)
TODAY, NEXT_YEAR = date(2026, 11, 20), "2027-06-01"
PIPELINE = """\
job:
  rules: [{if: $CI_PIPELINE_SOURCE == "web"}]
  script: ["true"]
"""
SCHEDULE: dict[str, Any] = {"ref": "refs/heads/main", "cron": "0 3 * * *", "active": True}


def token(value: str, name: str, role: str, *scopes: str) -> dict[str, Any]:
    """Return an access token for the forge's configuration."""
    return {
        "token": value,
        "kind": "project",
        "name": name,
        "role": role,
        "scopes": list(scopes),
    }


# A project as GitLab makes it, and the people in it.
EMPTY: dict[str, Any] = {
    "tokens": [
        token(API, "api", "maintainer", "api"),
        token(BOSS, "boss", "owner", "api") | {"bot": False},
        token(DEVELOPER, "dev", "developer", "api", "write_repository"),
        token(STRANGER, "stranger", "reporter", "api", "write_repository"),
        token(READER, "reader", "reporter", "read_api"),
        token(NARROW, "narrow", "maintainer", "write_repository"),
    ],
    "variables": {},
    "settings": {"runners": []},
    "forks": ["stranger/fixture"],
}
# Of several tasks the first has what the guide says, each other one a service of its own.
OTHERS = [
    Variable(f"{name}_{task}", f"{start}{task}", protected=True, environment_scope="production")
    for task in list(TASKS)[1:]
    for name, start in (("PERENNIAL_BUNDLES", "/srv/"), ("PERENNIAL_URL", "https://"))
]
Change = Callable[[Config], object]


class Administrator:
    """Changes the project's settings between two checks."""

    def __init__(self, server: ForgeServer, known: dict[str, str]) -> None:
        self.server = server
        self.url = server.url
        self.known = known
        self.right = deepcopy(server.forge.config)
        self.right.variables += OTHERS

    def sets(self, *changes: Change) -> None:
        """Set everything as the guide says, but for these changes."""
        config = deepcopy(self.right)
        for change in changes:
            change(config)
        self.server.forge.reconfigure(config)


def page(**fields: Any) -> Change:
    """Change fields of the project."""
    return lambda config: config.settings.project.update(fields)


def job_tokens(**fields: Any) -> Change:
    """Change whose jobs may use the project."""
    return lambda config: setattr(
        config.settings, "job_tokens", {**config.settings.job_tokens, **fields}
    )


def job(value: str, name: str, role: str, *, project: str) -> Change:
    """Let a user run a job in another project, which has this token."""
    running = Token(value, "job", name, ROLES[role], project=project)
    return lambda config: config.tokens.append(running)


def runner(description: str, **fields: Any) -> Change:
    """Change a runner."""
    return lambda config: _one(config.settings.runners, "description", description).update(fields)


def added_runner(**fields: Any) -> Change:
    """Add a runner."""
    return lambda config: (config.settings.runners or []).append(RUNNER | fields)


def without_runner(description: str) -> Change:
    """Take a runner away."""
    return lambda config: _drop(config.settings.runners, "description", description)


def branch(name: str, **fields: Any) -> Change:
    """Change a rule for branches."""
    return lambda config: _one(config.settings.protected_branches, "name", name).update(fields)


def without_branch(name: str) -> Change:
    """Take a rule for branches away."""
    return lambda config: _drop(config.settings.protected_branches, "name", name)


def tag(name: str, **fields: Any) -> Change:
    """Change a rule for tags."""
    return lambda config: _one(config.settings.protected_tags, "name", name).update(fields)


def without_tag(name: str) -> Change:
    """Take a rule for tags away."""
    return lambda config: _drop(config.settings.protected_tags, "name", name)


def variable(key: str, scope: str | None = None, **fields: Any) -> Change:
    """Change a variable, or add it where there is none; scope: of which environment."""

    def change(config: Config) -> None:
        kept, found = _parted(config, key, scope)
        made = found[0] if found else Variable(key, "", environment_scope=scope or "*")
        config.variables = [*kept, replace(made, **fields)]

    return change


def without_variable(key: str, scope: str | None = None) -> Change:
    """Take a variable away."""

    def change(config: Config) -> None:
        config.variables, found = _parted(config, key, scope)
        assert found, key

    return change


def owner_of(name: str, **fields: Any) -> Change:
    """Change the tokens of a user."""

    def change(config: Config) -> None:
        assert any(one.name == name for one in config.tokens), name
        config.tokens = [
            replace(one, **fields) if one.name == name else one for one in config.tokens
        ]

    return change


def trigger(**fields: Any) -> Change:
    """Change the trigger token."""

    def change(config: Config) -> None:
        config.tokens = [
            replace(one, **fields) if one.kind == "trigger" else one for one in config.tokens
        ]

    return change


def without_trigger(config: Config) -> None:
    """Take the trigger token away."""
    config.tokens = [one for one in config.tokens if one.kind != "trigger"]


def _parted(config: Config, key: str, scope: str | None) -> tuple[list[Variable], list[Variable]]:
    found = [
        one for one in config.variables if one.key == key and scope in (None, one.environment_scope)
    ]
    return [one for one in config.variables if one not in found], found


def _one(rows: list[Json] | None, key: str, value: str) -> Json:
    return next(row for row in rows or () if row[key] == value)


def _drop(rows: list[Json] | None, key: str, value: str) -> None:
    assert rows is not None
    rows.remove(_one(rows, key, value))


class Said(list[str]):
    """What the command wrote, and its exit code."""

    code: int

    @property
    def text(self) -> str:
        """Return everything."""
        return "\n".join(self)

    def found(self) -> dict[str, dict[str, str]]:
        """Return the findings by the check's name, from the JSON."""
        return {row["check"]: row for row in json.loads(self.text)["findings"]}


def check(url: str, *options: str, value: str = BOSS, project: str = PROJECT) -> Said:
    """Run the command."""
    arguments = [f"--url={url}", f"--project={project}", *options]
    environment = {"GITLAB_TOKEN": value} if value else {}
    said = Said()
    said.code = run(
        lambda: main(arguments, environment=environment, today=TODAY, write=said.append)
    )
    return said


def findings(url: str, *, value: str = BOSS) -> tuple[int, dict[str, dict[str, str]]]:
    """Return the exit code and the findings by the check's name."""
    said = check(url, "--json", value=value)
    return said.code, said.found()


def facts(administrator: Administrator, **more: Any) -> Facts:
    """Return what the Owner sees, and what is named here."""
    found = read(administrator.url, PROJECT, token=BOSS, today=TODAY)
    return replace(found, **more)


def verdict(known: Facts, name: str) -> tuple[str, str]:
    """Return a check's status and what it found."""
    one = next(result for result in check_project(known) if result.check == name)
    return str(one.answer.status), one.answer.found
