"""The check of a project on GitLab, against the forge: what it finds, and what it cannot see."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo.forge.config import parse_config
from demo.processes import free_port
from tests.demo.forge_fixtures import (
    API,
    PROJECT,
    ForgeServer,
    commit,
    configuration,
    git,
    running_forge,
    seed,
)
from training.command import run
from training.project_check.__main__ import main
from training.project_check.checks import CHECKS, judge
from training.project_check.facts import Facts, Refused, Withheld
from training.project_check.reader import read

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
TAGS: list[dict[str, Any]] = [{"name": "digits@v*", "create": 30}, {"name": "digits#production#*", "create": 30}]
PAGES = {
    "only_allow_merge_if_pipeline_succeeds": True,
    "allow_merge_on_skipped_pipeline": True,
    "ci_pipeline_variables_minimum_override_role": "maintainer",
}
VARIABLES: dict[str, Any] = {
    "REPO_TOKEN": {"value": JOBS, "masked": True},
    "DVC_REMOTE_URL": "s3://models/perennial",
    "PERENNIAL_DATABASE_URL": {"value": "postgresql://me:pass@db/x", "masked": True},
    "PERENNIAL_BUNDLES": "/srv/bundles",
    "PERENNIAL_URL": "https://model.example.com",
}


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
        forge = self.server.forge
        forge.config = parse_config(configuration(**(COMPLETE | more)))

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


# In gitlab-ci-local's place, which takes a second to find the file right.
CONTENT = """#!/bin/sh
for word; do case $word in --state-dir=*) state=${word#*=} ;; esac; done
echo '{"stages": []}' >"$state/expanded-gitlab-ci.yml"
echo '[]'
"""


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """A forge with a project that has everything."""
    folder = tmp_path_factory.mktemp("forge")
    tool = folder / "content"
    tool.write_text(CONTENT)
    tool.chmod(0o755)
    with running_forge(folder, gitlab_ci_local=str(tool), **COMPLETE) as server:
        seed(server, {".gitlab-ci.yml": PIPELINE})
        yield server


@pytest.fixture
def administrator(forge: ForgeServer) -> Administrator:
    """Somebody who may change the settings, which are complete at first."""
    found = Administrator(forge)
    found.sets()
    return found


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
    return replace(found, **{"schedules": [SCHEDULE], **more})


SCHEDULE: dict[str, Any] = {"ref": "refs/heads/main", "active": True, "cron": "0 3 * * *"}


def verdict(known: Facts, name: str) -> tuple[str, str]:
    """Return a check's status and what it found."""
    one = next(finding for finding in judge(known) if finding.check == name)
    return str(one.verdict.status), one.verdict.found


def test_a_complete_project_lacks_nothing(administrator: Administrator) -> None:
    """Every check is content, and none is left out."""
    found = judge(facts(administrator))
    assert [finding.verdict.status for finding in found] == ["ok"] * len(CHECKS), found


def test_a_complete_project_exits_with_0(administrator: Administrator) -> None:
    """The table ends with the counts, and shows no variable's value."""
    said = check(administrator.url)
    assert said.code == 0
    lines = said.text.splitlines()
    assert lines[0].endswith("as boss (Owner) sees it")
    assert ", 0 missing, 0 warning, " in lines[-1]
    assert JOBS not in said.text and "pass@db" not in said.text


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("GitLab's version", {"version": "18.0.3-ee"}, "18.0.3-ee takes no typed"),
        ("features", {"project": {"builds_access_level": "disabled"}}, "CI/CD is switched off"),
        ("features", {"project": {"archived": True}}, "archived"),
        ("default branch", {"protected_branches": []}, "main is not protected"),
        (
            "merging",
            {"project": {"only_allow_merge_if_pipeline_succeeds": False}},
            "need not wait",
        ),
        (
            "skipped pipelines",
            {"project": {"allow_merge_on_skipped_pipeline": None}},
            "could never merge",
        ),
        ("timeout", {"project": {"build_timeout": 600}}, "600 s"),
        ("runner that trains", {"runners": RUNNERS[1:]}, "none with the tag gpu"),
        (
            "runner that trains",
            {"runners": [RUNNERS[0] | {"access_level": "ref_protected"}, RUNNERS[1]]},
            "no merge requests",
        ),
        ("runner that trains", {"runners": [RUNNERS[0] | {"paused": True}]}, "none with the tag"),
        ("runner for the rest", {"runners": RUNNERS[:1]}, "none that takes untagged"),
        ("tags", {"protected_tags": TAGS[:1]}, "digits#production#1 are not protected"),
        ("tags", {"protected_tags": [{"name": "*", "create": 40}]}, "may not create digits@v1"),
    ],
)
def test_a_setting_that_is_missing_is_named(
    administrator: Administrator,
    name: str,
    change: dict[str, Any],
    problem: str,
) -> None:
    """The command fails with that line only, what to do, and where it is explained."""
    administrator.settings(**change)
    code, found = findings(administrator.url)
    assert code == 1
    assert problem in found[name]["found"]
    assert found[name]["todo"]
    assert [row["check"] for row in found.values() if row["status"] == "missing"] == [name] or (
        change.get("runners") is not None
    )


@pytest.mark.parametrize(
    ("name", "change", "status", "problem"),
    [
        ("REPO_TOKEN, the variable", {"REPO_TOKEN": None}, "missing", "not set in the project"),
        (
            "REPO_TOKEN, the variable",
            {"REPO_TOKEN": {"value": JOBS, "masked": True, "protected": True}},
            "missing",
            "merge requests",
        ),
        (
            "REPO_TOKEN, the variable",
            {"REPO_TOKEN": {"value": JOBS, "masked": True, "environment_scope": "production"}},
            "missing",
            "only jobs of environment production",
        ),
        (
            "REPO_TOKEN, the token",
            {"REPO_TOKEN": {"value": "glpat-unknown", "masked": True}},
            "missing",
            "GitLab does not take REPO_TOKEN: 401",
        ),
        (
            "REPO_TOKEN, the token",
            {"REPO_TOKEN": {"value": READER, "masked": True}},
            "missing",
            "lacks the scope api and write_repository",
        ),
        ("REPO_TOKEN, the token", {"AUTO_MERGE": "true"}, "missing", "merges to main, needs Maint"),
        (
            "REPO_TOKEN, the token",
            {"REPO_TOKEN": {"value": JOBS, "masked": True, "hidden": True}},
            "cannot tell",
            "does not show",
        ),
        ("DVC_REMOTE_URL", {"DVC_REMOTE_URL": None}, "missing", "die with the job"),
        ("DVC_REMOTE_URL", {"DVC_REMOTE_URL": "/srv/dvc"}, "missing", "several runners"),
        ("PERENNIAL_DATABASE_URL", {"PERENNIAL_DATABASE_URL": None}, "missing", "no labels"),
        ("deployment", {"PERENNIAL_BUNDLES": None}, "missing", "not set in the project"),
        ("deployment", {"PERENNIAL_BUNDLES": None, "DEPLOY_TARGET": "compose"}, "ok", "compose"),
        ("secrets", {"REPO_TOKEN": JOBS}, "missing", "not masked: REPO_TOKEN"),
        (
            "secrets",
            {"PERENNIAL_DATABASE_URL": "postgresql://me:pass@db/x"},
            "missing",
            "not masked: PERENNIAL_DATABASE_URL",
        ),
        (
            "secrets",
            {"GDRIVE_CREDENTIALS_DATA": {"value": "{}", "variable_type": "file"}},
            "ok",
            "masked",
        ),
        ("values with a $", {"PERENNIAL_URL": "http://a$b"}, "warning", "PERENNIAL_URL"),
        ("switches", {"AUTO_MERGE": "True"}, "missing", "AUTO_MERGE: got 'True', expected true"),
        ("runner that trains", {"TRAIN_RUNNER": "big"}, "missing", "none with the tag big"),
    ],
)
def test_a_variable_that_is_missing_or_wrong_is_named(
    administrator: Administrator,
    name: str,
    change: dict[str, Any],
    status: str,
    problem: str,
) -> None:
    """The command names the variable and never its value."""
    administrator.variables(**change)
    code, found = findings(administrator.url)
    assert (found[name]["status"], problem in found[name]["found"]) == (status, True), found[name]
    assert code == (1 if status == "missing" else 0)
    assert JOBS not in json.dumps(found)


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        (
            "default branch",
            {"protected_branches": [{"name": "m*", "allow_force_push": True}]},
            "force-pushed",
        ),
        (
            "redundant pipelines",
            {"project": {"auto_cancel_pending_pipelines": "disabled"}},
            "trains to its end",
        ),
        (
            "job token",
            {"project": {"ci_push_repository_for_job_token_allowed": True}},
            "none needs to",
        ),
        ("visibility", {"project": {"visibility": "public"}}, "job logs"),
        (
            "visibility",
            {"project": {"visibility": "public", "public_jobs": False}},
            "hands it every variable",
        ),
        (
            "pipeline variables",
            {"project": {"ci_pipeline_variables_minimum_override_role": "no_one_allowed"}},
            "TRIGGER_PAYLOAD",
        ),
        (
            "pipeline variables",
            {"project": {"ci_pipeline_variables_minimum_override_role": "developer"}},
            "DEPLOY_TARGET",
        ),
        (
            "GPU for training only",
            {"runners": [RUNNERS[0] | {"run_untagged": True}]},
            "gpu-1: takes untagged jobs too",
        ),
        (
            "runner that trains",
            {"runners": [RUNNERS[0] | {"maximum_timeout": 600}, RUNNERS[1]]},
            "after 600 s",
        ),
    ],
)
def test_a_setting_that_could_be_better_is_a_warning(
    administrator: Administrator,
    name: str,
    change: dict[str, Any],
    problem: str,
) -> None:
    """A warning has something to do, and does not fail the command."""
    administrator.settings(**change)
    code, found = findings(administrator.url)
    assert (found[name]["status"], problem in found[name]["found"]) == ("warning", True)
    assert found[name]["todo"]
    assert code == 0


def test_a_token_that_expires_soon_is_a_warning(administrator: Administrator) -> None:
    """There is a month to rotate it."""
    administrator.tokens(JOBS, expires_at="2026-12-10")
    code, found = findings(administrator.url)
    assert code == 0
    assert found["REPO_TOKEN, the token"]["found"] == "it expires on 2026-12-10"


def test_without_a_trigger_token_no_alert_starts_a_pipeline(administrator: Administrator) -> None:
    """One that has expired is none."""
    administrator.sets(tokens=TOKENS[:-1])
    code, found = findings(administrator.url)
    assert (code, found["trigger token"]["status"]) == (1, "missing")
    administrator.tokens("glptt-0123456789", expires_at="2026-11-01")
    code, found = findings(administrator.url)
    assert (code, found["trigger token"]["found"]) == (1, "every one has expired")


def test_a_local_folder_serves_a_single_runner(administrator: Administrator) -> None:
    """With one runner every job sees the same folder."""
    administrator.sets(
        variables=VARIABLES | {"DVC_REMOTE_URL": "/srv/dvc"},
        settings=COMPLETE["settings"] | {"runners": RUNNERS[:1]},
    )
    assert verdict(facts(administrator), "DVC_REMOTE_URL") == (
        "ok",
        "a local folder, and one runner",
    )


def test_a_cpu_runner_may_take_everything(administrator: Administrator) -> None:
    """Where training needs no GPU, its runner need not wait for training only."""
    administrator.sets(
        variables=VARIABLES | {"TRAIN_RUNNER": "cpu"},
        settings=COMPLETE["settings"] | {"runners": [RUNNERS[1] | {"tag_list": ["cpu"]}]},
    )
    found = judge(facts(administrator))
    assert {str(finding.verdict.status) for finding in found} == {"ok"}, found


@pytest.mark.parametrize(
    ("schedules", "status"),
    [
        ([SCHEDULE], "ok"),
        ([SCHEDULE | {"ref": "main"}], "ok"),
        ([], "missing"),
        ([SCHEDULE | {"active": False}], "missing"),
        ([SCHEDULE | {"ref": "refs/heads/other"}], "missing"),
        (Withheld("the role Reporter in the project"), "cannot tell"),
    ],
)
def test_the_nightly_schedule_is_active_on_main(
    administrator: Administrator, schedules: Any, status: str
) -> None:
    """One that is paused, or on another branch, is none."""
    assert verdict(facts(administrator, schedules=schedules), "schedule")[0] == status


@pytest.mark.parametrize(
    ("project", "status"),
    [
        ({}, "ok"),
        ({"model_registry_access_level": "disabled"}, "missing"),
        ({"packages_enabled": False}, "missing"),
    ],
)
def test_the_model_registry_needs_its_feature_and_packages(
    administrator: Administrator, project: dict[str, Any], status: str
) -> None:
    """Only where MODEL_REGISTRY is on."""
    administrator.sets(
        variables=VARIABLES | {"MODEL_REGISTRY": "true"},
        settings=COMPLETE["settings"] | {"project": PAGES | project},
    )
    assert verdict(facts(administrator), "model registry")[0] == status
    administrator.settings(project=project)
    assert verdict(facts(administrator), "model registry")[0] == "ok"


def test_a_broken_pipeline_file_is_shown_with_gitlabs_words(tmp_path: Path) -> None:
    """What CI lint says of the default branch's file is the finding."""
    with running_forge(tmp_path, **COMPLETE) as server:
        clone = seed(server, {".gitlab-ci.yml": "job: {scrip: [x]}\n"})
        found = findings(server.url)[1]["pipeline file"]
        assert (found["status"], "job" in found["found"]) == ("missing", True)
        commit(clone, {".gitlab-ci.yml": PIPELINE})
        git(clone, "push", "--quiet", "origin", "main")
        assert findings(server.url)[1]["pipeline file"]["status"] == "ok"


def test_a_reporter_learns_what_the_rest_would_need(administrator: Administrator) -> None:
    """What GitLab withholds is told with the role that shows it, and does not fail the command."""
    code, found = findings(administrator.url, value=READER)
    assert code == 0
    hidden = {name for name, row in found.items() if row["status"] == "cannot tell"}
    assert hidden >= {"secrets", "trigger token", "runner that trains", "timeout", "tags"}
    assert found["timeout"]["todo"] == "to know, run it with the role Maintainer"
    assert found["merging"]["status"] == found["pipeline file"]["status"] == "ok"


def test_the_jobs_own_token_checks_itself(administrator: Administrator) -> None:
    """Run with REPO_TOKEN, a Developer's, its scopes and role are known though no variable is."""
    code, found = findings(administrator.url, value=JOBS)
    assert code == 0
    assert found["REPO_TOKEN, the token"]["status"] == "ok"
    assert found["REPO_TOKEN, the variable"]["status"] == "cannot tell"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"value": "glpat-wrong"}, "GITLAB_TOKEN: got '[hidden], answered 401"),
        ({"value": NARROW}, "GITLAB_TOKEN: got '[hidden], answered 403"),
        ({"value": ""}, "GITLAB_TOKEN: not set, expected an access token with the scope read_api"),
        ({"project": "no/such"}, "--project: got 'no/such', expected a project's path"),
    ],
)
def test_what_cannot_be_looked_at_exits_with_2(
    administrator: Administrator,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, str],
    problem: str,
) -> None:
    """The message says which of token and path to mend, and never shows the token."""
    assert check(administrator.url, **change).code == 2
    said = capsys.readouterr().err
    assert problem in said
    assert "glpat" not in said


def test_no_answer_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody listens, or the address is none."""
    for url in (f"http://127.0.0.1:{free_port()}", "gitlab.example.com"):
        assert check(url).code == 2
        assert f"got '{url}', expected the address of a GitLab" in capsys.readouterr().err


def test_another_server_is_not_taken_for_gitlab(
    administrator: Administrator, capsys: pytest.CaptureFixture[str]
) -> None:
    """The project's own page answers, but is no GitLab's address; /api/v4 may be left on."""
    assert check(f"{administrator.url}/{PROJECT}").code == 2
    assert "expected the address of a GitLab" in capsys.readouterr().err
    assert check(f"{administrator.url}/api/v4/").code == 0


def test_a_refused_token_is_told_apart_from_one_not_set(administrator: Administrator) -> None:
    """Both are missing, each with its own words."""
    name = "REPO_TOKEN, the token"
    assert verdict(facts(administrator, repo_token=None), name)[1] == "REPO_TOKEN is not set"
    refused = facts(administrator, repo_token=Refused("401 Unauthorized"))
    assert verdict(refused, name)[1].endswith("does not take REPO_TOKEN: 401 Unauthorized")
