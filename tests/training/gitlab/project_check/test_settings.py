"""What else the check looks at: schedules, the registry, the pipeline's file, a single runner."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.demo.forge.fixtures import commit, git, running_forge, seed
from tests.training.gitlab.project_check.given import (
    EMPTY,
    PIPELINE,
    SCHEDULE,
    Administrator,
    facts,
    findings,
    page,
    runner,
    variable,
    verdict,
    without_runner,
)
from training.gitlab.project_check.environments import REVIEW
from training.gitlab.project_check.facts import Refused, Withheld


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
    administrator.sets(page(**project), variable("MODEL_REGISTRY", value="true", protected=True))
    assert verdict(facts(administrator), "model registry")[0] == status
    administrator.sets(page(**project))
    assert verdict(facts(administrator), "model registry")[0] == "ok"


def test_a_broken_pipeline_file_is_shown_with_gitlabs_words(tmp_path: Path) -> None:
    """What CI lint says of the default branch's file is the answer."""
    with running_forge(tmp_path, **EMPTY) as server:
        clone = seed(server, {".gitlab-ci.yml": "job: {scrip: [x]}\n"})
        found = findings(server.url)[1]["pipeline file"]
        assert (found["status"], "job" in found["found"]) == ("missing", True)
        commit(clone, {".gitlab-ci.yml": PIPELINE})
        git(clone, "push", "--quiet", "origin", "main")
        assert findings(server.url)[1]["pipeline file"]["status"] == "ok"


def test_a_local_folder_serves_a_single_runner(administrator: Administrator) -> None:
    """With one runner every job sees the same folder."""
    administrator.sets(
        variable("DVC_REMOTE_URL", value="/srv/dvc"),
        without_runner("cpu"),
        without_runner("gpu"),
    )
    assert verdict(facts(administrator), "DVC_REMOTE_URL") == (
        "ok",
        "a local folder, and one runner",
    )


def test_a_cpu_runner_may_train_and_do_the_rest(administrator: Administrator) -> None:
    """Where training needs no GPU, its runner need not wait for training only."""
    administrator.sets(
        variable("TRAIN_RUNNER", value="cpu"),
        without_runner("gpu"),
        runner("cpu", tag_list=["cpu"]),
    )
    assert {row["status"] for row in findings(administrator.url)[1].values()} == {"ok"}


def test_a_refused_token_is_told_apart_from_one_not_set(administrator: Administrator) -> None:
    """Both are missing, each with its own words."""
    name, others = "REPO_TOKEN of merge requests", facts(administrator).tokens
    unset = facts(administrator, tokens={**others, REVIEW: None})
    assert verdict(unset, name)[1] == "REPO_TOKEN is not set"
    refused = facts(administrator, tokens={**others, REVIEW: Refused("401 Unauthorized")})
    assert verdict(refused, name)[1].endswith("rejects REPO_TOKEN: 401 Unauthorized")


def test_an_older_gitlab_that_hides_a_setting_is_not_taken_to_be_right(
    administrator: Administrator,
) -> None:
    """Before 18.10 nobody but a person can look."""
    known = facts(administrator)
    project = {k: v for k, v in known.project.items() if k != "protect_merge_request_pipelines"}
    hidden = facts(administrator, project=project)
    assert verdict(hidden, "protected merge requests")[0] == "cannot tell"


NO_ONE = {"access_level": 0, "user_id": None, "group_id": None}
KEY, ANN = NO_ONE | {"access_level": 40, "deploy_key_id": 1}, {"access_level": 40, "user_id": 7}


@pytest.mark.parametrize(
    ("kind", "levels", "name", "expected"),
    [
        ("push", [NO_ONE], "default branch", ("ok", "main changes by merge requests only")),
        ("push", [NO_ONE, KEY], "default branch", ("warning", "deploy keys may push to main")),
        ("push", [ANN], "default branch", ("warning", "named users or groups may push to main")),
        ("merge", [ANN], "who may merge", ("ok", "named users or groups")),
        ("merge", [], "who may merge", ("missing", "nobody may merge into main")),
    ],
)
def test_on_premium_a_rule_may_name_users_and_keys(
    administrator: Administrator,
    kind: str,
    levels: list[dict[str, Any]],
    name: str,
    expected: tuple[str, str],
) -> None:
    """A user is not everybody of their role; a deploy key is nobody's merge request."""
    known = facts(administrator)
    rule = {"name": "main", "allow_force_push": False}
    rule |= {"push_access_levels": [NO_ONE], "merge_access_levels": [{"access_level": 40}]}
    rule |= {f"{kind}_access_levels": levels}
    status, found = verdict(replace(known, protected_branches=[rule]), name)
    assert (status, found[: len(expected[1])]) == expected


STRICT = {
    "required": 1,
    "merge_requests_author_approval": False,
    "merge_requests_disable_committers_approval": True,
    "reset_approvals_on_push": True,
    "disable_overriding_approvers_per_merge_request": True,
}


@pytest.mark.parametrize(
    ("approvals", "status", "found"),
    [
        (None, "ok", "this tier of GitLab requires none"),
        (STRICT | {"required": 0, "reset_approvals_on_push": False}, "ok", "none is required"),
        (STRICT, "ok", "1 required, of others, of the last commit"),
        (STRICT | {"merge_requests_author_approval": True}, "warning", "their own merge requests"),
        (
            STRICT | {"merge_requests_disable_committers_approval": False},
            "warning",
            "whoever pushes a commit may approve it",
        ),
        (STRICT | {"reset_approvals_on_push": False}, "warning", "after the approval merges with"),
        (
            STRICT | {"disable_overriding_approvers_per_merge_request": False},
            "warning",
            "may do without them",
        ),
        (Withheld("the role Maintainer in the project"), "cannot tell", "does not show it"),
    ],
)
def test_an_approval_that_is_required_is_another_persons(
    administrator: Administrator, approvals: Any, status: str, found: str
) -> None:
    """Of the commit that merges; GitLab Free has none, as the stand-in."""
    known = facts(administrator)
    assert known.approvals is None
    said = verdict(replace(known, approvals=approvals), "approvals")
    assert said[0] == status and found in said[1]


def test_automatic_merges_and_required_approvals_exclude_each_other(
    administrator: Administrator,
) -> None:
    """The job would wait for a person."""
    administrator.sets(variable("AUTO_MERGE", value="true", protected=True))
    known = facts(administrator, approvals=STRICT)
    assert verdict(known, "approvals")[0] == "warning"
