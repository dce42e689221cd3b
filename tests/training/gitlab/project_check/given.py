"""A project on the forge that has everything, who may change it, and how it is checked."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

from demo.forge.configuration import parse_config
from tests.demo.forge.fixtures import API, PROJECT, ForgeServer, configuration
from training.command_line import run
from training.gitlab.project_check.__main__ import main
from training.gitlab.project_check.checks import check_project
from training.gitlab.project_check.facts import Facts
from training.gitlab.project_check.reader import read
from training.tasks import TASKS

JOBS, BOSS, READER, NARROW = (
    f"glpat-{name}-0123456789" for name in "jobs boss reader narrow".split()
)
TODAY = date(2026, 11, 20)
PIPELINE = """\
job:
  rules: [{if: $CI_PIPELINE_SOURCE == "web"}]
  script: ["true"]
"""
RUNNERS: list[dict[str, Any]] = [
    {"description": "gpu-1", "tag_list": ["gpu"], "run_untagged": False},
    {"description": "cpu-1", "runner_type": "instance_type"},
]
SCHEDULE: dict[str, Any] = {
    "description": "nightly",
    "ref": "refs/heads/main",
    "cron": "0 3 * * *",
    "active": True,
}
TAGS: list[dict[str, Any]] = [
    {"name": f"{task}{kind}", "create": 30} for task in TASKS for kind in ("@v*", "#production#*")
]
PAGES = {
    "only_allow_merge_if_pipeline_succeeds": True,
    "allow_merge_on_skipped_pipeline": True,
    "ci_pipeline_variables_minimum_override_role": "maintainer",
}
DATABASE: dict[str, Any] = {"value": "postgresql://me:pass@db/x", "protected": True}
VARIABLES: dict[str, Any] = {
    "REPO_TOKEN": {"value": JOBS, "masked": True},
    "DVC_REMOTE_URL": "s3://models/perennial",
    "PERENNIAL_DATABASE_URL": DATABASE | {"masked": True},
    "PERENNIAL_BUNDLES": "/srv/bundles",
    "PERENNIAL_URL": "https://model.example.com",
}
# Of several tasks the first has these, each other one a service of its own.
for other in list(TASKS)[1:]:
    VARIABLES[f"PERENNIAL_BUNDLES_{other}"] = f"/srv/{other}"
    VARIABLES[f"PERENNIAL_URL_{other}"] = f"https://{other}.example.com"


def token(value: str, name: str, role: str, *scopes: str, **more: Any) -> dict[str, Any]:
    """Return an access token for the forge's configuration."""
    known = {"token": value, "kind": "project", "name": name, "role": role}
    return {**known, "scopes": list(scopes), **more}


TOKENS = [
    token(API, "api", "maintainer", "api"),
    token(JOBS, "jobs", "developer", "api", "write_repository", expires_at="2027-06-01"),
    token(BOSS, "boss", "owner", "read_api"),
    token(READER, "reader", "reporter", "read_api"),
    token(NARROW, "narrow", "maintainer", "write_repository"),
    {"token": "glptt-0123456789", "kind": "trigger", "name": "relay"},
]
COMPLETE: dict[str, Any] = {
    "tokens": TOKENS,
    "variables": VARIABLES,
    "settings": {"project": PAGES, "runners": RUNNERS, "protected_tags": TAGS},
}


class Administrator:
    """Changes the project's settings between two checks."""

    def __init__(self, server: ForgeServer) -> None:
        self.server = server
        self.url = server.url

    def sets(self, **more: Any) -> None:
        """Give the project everything, but for what is named here."""
        self.server.forge.reconfigure(parse_config(configuration(**(COMPLETE | more))))

    def variables(self, **more: Any) -> None:
        """Set or, with None, remove variables."""
        given = VARIABLES | more
        self.sets(variables={name: each for name, each in given.items() if each is not None})

    def settings(self, **more: Any) -> None:
        """Change settings; `project` is merged with what a complete project has."""
        project = PAGES | more.pop("project", {})
        self.sets(settings={**COMPLETE["settings"], "project": project, **more})

    def tokens(self, value: str, **more: Any) -> None:
        """Change a token."""
        self.sets(tokens=[one | more if one["token"] == value else one for one in TOKENS])


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
