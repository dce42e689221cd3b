"""What the settings pages say: each thing that is missing, and each that could be better."""

from pathlib import Path
from typing import Any

import pytest

from tests.demo.forge.fixtures import commit, git, running_forge, seed
from tests.training.gitlab.project_check.given import (
    COMPLETE,
    PAGES,
    PIPELINE,
    RUNNERS,
    SCHEDULE,
    TAGS,
    TOKENS,
    VARIABLES,
    Administrator,
    facts,
    findings,
    verdict,
)
from training.gitlab.project_check.facts import Withheld
from training.tasks import TASKS

FIRST = next(iter(TASKS))


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        ("GitLab's version", {"version": "18.0.3-ee"}, "18.0.3-ee has no typed"),
        ("features", {"project": {"builds_access_level": "disabled"}}, "CI/CD is switched off"),
        ("features", {"project": {"archived": True}}, "archived"),
        ("default branch", {"protected_branches": []}, "main is not protected"),
        (
            "merging",
            {"project": {"only_allow_merge_if_pipeline_succeeds": False}},
            "do not wait",
        ),
        (
            "skipped pipelines",
            {"project": {"allow_merge_on_skipped_pipeline": None}},
            "could not merge",
        ),
        ("timeout", {"project": {"build_timeout": 600}}, "600 s"),
        ("runner that trains", {"runners": RUNNERS[1:]}, "no runner with the tag gpu"),
        (
            "runner that trains",
            {"runners": [RUNNERS[0] | {"access_level": "ref_protected"}, RUNNERS[1]]},
            "no merge requests",
        ),
        ("runner that trains", {"runners": [RUNNERS[0] | {"paused": True}]}, "no runner with"),
        ("runner for the rest", {"runners": RUNNERS[:1]}, "no runner that takes untagged"),
        ("tags", {"protected_tags": TAGS[:1]}, f"{FIRST}#production#1 are not protected"),
        ("tags", {"protected_tags": [{"name": "*", "create": 40}]}, f"may not create {FIRST}@v1"),
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
            "trains to the end",
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
            "sees every variable",
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


def test_without_a_trigger_token_no_alert_starts_a_pipeline(administrator: Administrator) -> None:
    """One that has expired is none."""
    administrator.sets(tokens=TOKENS[:-1])
    code, found = findings(administrator.url)
    assert (code, found["trigger token"]["status"]) == (1, "missing")
    administrator.tokens("glptt-0123456789", expires_at="2026-11-01")
    code, found = findings(administrator.url)
    assert (code, found["trigger token"]["found"]) == (1, "all have expired")


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
    """What CI lint says of the default branch's file is the answer."""
    with running_forge(tmp_path, **COMPLETE) as server:
        clone = seed(server, {".gitlab-ci.yml": "job: {scrip: [x]}\n"})
        found = findings(server.url)[1]["pipeline file"]
        assert (found["status"], "job" in found["found"]) == ("missing", True)
        commit(clone, {".gitlab-ci.yml": PIPELINE})
        git(clone, "push", "--quiet", "origin", "main")
        assert findings(server.url)[1]["pipeline file"]["status"] == "ok"
