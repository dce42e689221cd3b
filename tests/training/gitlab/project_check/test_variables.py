"""Variables, and the token that one of them holds."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.training.gitlab.project_check.given import (
    COMPLETE,
    DATABASE,
    JOBS,
    READER,
    RUNNERS,
    VARIABLES,
    Administrator,
    facts,
    findings,
    verdict,
)
from training.gitlab.project_check.checks import check_project
from training.gitlab.project_check.facts import Refused, Withheld


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
            "GitLab rejects REPO_TOKEN: 401",
        ),
        (
            "REPO_TOKEN, the token",
            {"REPO_TOKEN": {"value": "glpat-\u00e9", "masked": True}},
            "missing",
            "GitLab rejects REPO_TOKEN: its value is not of printable ASCII",
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
        ("DVC_REMOTE_URL", {"DVC_REMOTE_URL": None}, "missing", "lost after the job"),
        ("DVC_REMOTE_URL", {"DVC_REMOTE_URL": "/srv/dvc"}, "missing", "several runners"),
        ("PERENNIAL_DATABASE_URL", {"PERENNIAL_DATABASE_URL": None}, "missing", "no labels"),
        (
            "PERENNIAL_DATABASE_URL",
            {"PERENNIAL_DATABASE_URL": "sqlite:////srv/perennial.db"},
            "warning",
            "every Developer",
        ),
        ("deployment", {"PERENNIAL_BUNDLES": None}, "missing", "not set in the project"),
        ("deployment", {"PERENNIAL_BUNDLES": None, "DEPLOY_TARGET": "compose"}, "ok", "compose"),
        ("what pipelines set", {"TASK": "news"}, "missing", "TASK: overrides in every pipeline"),
        ("what pipelines set", {"TASKS": "", "LOCK": "dev"}, "missing", "LOCK, TASKS: overrides"),
        ("secrets", {"REPO_TOKEN": JOBS}, "missing", "not masked: REPO_TOKEN"),
        (
            "secrets",
            {"PERENNIAL_DATABASE_URL": DATABASE},
            "missing",
            "not masked: PERENNIAL_DATABASE_URL",
        ),
        (
            "secrets",
            {"DVC_SSH_PASSWORD": {"value": "{}", "variable_type": "file"}},
            "ok",
            "masked",
        ),
        ("files", {"GDRIVE_CREDENTIALS": "{}"}, "missing", "GDRIVE_CREDENTIALS is not a file"),
        ("files", {"DVC_SSH_KEY": {"value": "x", "variable_type": "file"}}, "ok", "are files"),
        ("values with a $", {"PERENNIAL_URL": "http://a$b"}, "warning", "PERENNIAL_URL"),
        ("switches", {"AUTO_MERGE": "True"}, "missing", "AUTO_MERGE: got 'True', expected true"),
        ("runner that trains", {"TRAIN_RUNNER": "big"}, "missing", "no runner with the tag big"),
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


@pytest.mark.parametrize(("protected", "status"), [(True, "ok"), (False, "missing")])
def test_mains_jobs_may_have_a_maintainers_token_of_their_own(
    administrator: Administrator, protected: bool, status: str
) -> None:
    """A second REPO_TOKEN of scope production, which no merge request sees, may merge."""
    administrator.variables(AUTO_MERGE={"value": "true", "protected": True})
    known = facts(administrator)
    assert not isinstance(known.variables, Withheld)
    first = next(one for one in known.variables if one["key"] == "REPO_TOKEN")
    second = {**first, "environment_scope": "production", "protected": protected}
    known = replace(known, variables=[*known.variables, second])
    assert verdict(known, "REPO_TOKEN, the token")[0] == status


def test_a_token_that_expires_soon_is_a_warning(administrator: Administrator) -> None:
    """There is a month to rotate it."""
    administrator.tokens(JOBS, expires_at="2026-12-10")
    code, found = findings(administrator.url)
    assert code == 0
    assert found["REPO_TOKEN, the token"]["found"] == "it expires on 2026-12-10"


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
    found = check_project(facts(administrator))
    assert {str(result.answer.status) for result in found} == {"ok"}, found


def test_a_refused_token_is_told_apart_from_one_not_set(administrator: Administrator) -> None:
    """Both are missing, each with its own words."""
    name = "REPO_TOKEN, the token"
    assert verdict(facts(administrator, repo_token=None), name)[1] == "REPO_TOKEN is not set"
    refused = facts(administrator, repo_token=Refused("401 Unauthorized"))
    assert verdict(refused, name)[1].endswith("rejects REPO_TOKEN: 401 Unauthorized")
