"""Every setting that is wrong is found, alone, and leads to the guide."""

import json

import pytest

from tests.training.gitlab.project_check.given import (
    READER,
    Administrator,
    Change,
    added_runner,
    branch,
    findings,
    owner_of,
    page,
    runner,
    tag,
    trigger,
    variable,
    without_branch,
    without_runner,
    without_tag,
    without_trigger,
    without_variable,
)
from training.tasks import TASKS

FIRST = next(iter(TASKS))
REVIEW, MISSING, WARNING, UNKNOWN = "review/*", "missing", "warning", "cannot tell"
FILE = {"variable_type": "file", "value": "{}"}

Wrong = tuple[str, str, Change, str]
PROJECT: list[Wrong] = [
    (
        "GitLab's version",
        MISSING,
        lambda config: setattr(config.settings, "version", "18.0.3-ee"),
        "18.0.3-ee has no typed",
    ),
    ("features", MISSING, page(builds_access_level="disabled"), "CI/CD is switched off"),
    ("features", MISSING, page(archived=True), "archived"),
    (
        "container registry",
        WARNING,
        page(container_registry_access_level="enabled"),
        "Developers may replace every image",
    ),
    ("merging", MISSING, page(only_allow_merge_if_pipeline_succeeds=False), "do not wait"),
    ("skipped pipelines", MISSING, page(allow_merge_on_skipped_pipeline=None), "could not merge"),
    (
        "forks",
        WARNING,
        page(ci_allow_fork_pipelines_to_run_in_parent_project=True),
        "a fork's pipeline that a member runs here",
    ),
    (
        "redundant pipelines",
        WARNING,
        page(auto_cancel_pending_pipelines="disabled"),
        "trains to the end",
    ),
    ("timeout", MISSING, page(build_timeout=600), "600 s"),
    ("caches", MISSING, page(ci_separated_caches=False), "have put into the cache"),
    (
        "job token",
        WARNING,
        page(ci_push_repository_for_job_token_allowed=True),
        "none needs to",
    ),
    ("visibility", WARNING, page(visibility="public"), "job logs"),
    (
        "protected merge requests",
        WARNING,
        page(protect_merge_request_pipelines=True),
        "see protected variables",
    ),
    (
        "pipeline variables",
        MISSING,
        page(ci_pipeline_variables_minimum_override_role="maintainer"),
        "whoever has the trigger token may set TRAIN_IMAGE",
    ),
    (
        "pipeline variables",
        MISSING,
        page(ci_pipeline_variables_minimum_override_role="developer"),
        "every Developer",
    ),
    ("trigger token", MISSING, without_trigger, "no alert can start a pipeline"),
    ("trigger token", MISSING, trigger(expires_at="2026-11-01"), "all have expired"),
    (
        "trigger token",
        MISSING,
        trigger(name="reader"),
        "one belongs to reader (Reporter), who may not run pipelines",
    ),
    ("trigger token", MISSING, trigger(name="left", role=0), "left (not a member)"),
]
ACCESS: list[Wrong] = [
    ("default branch", WARNING, branch("main", allow_force_push=True), "force-pushed"),
    (
        "default branch",
        WARNING,
        branch("main", push=40),
        "Maintainer may push to main past every merge request",
    ),
    ("default branch", WARNING, branch("main", push=30), "Developers may push to main"),
    ("who may merge", MISSING, branch("main", merge=30), "so may whoever reads REPO_TOKEN"),
    ("who may merge", MISSING, branch("main", merge=0), "nobody may merge"),
    (
        "retrain branches",
        MISSING,
        without_branch("retrain/*"),
        "whoever may push can change a judged",
    ),
    ("retrain branches", MISSING, branch("retrain/*", push=30), "may push to retrain/*, past"),
    ("retrain branches", MISSING, branch("retrain/*", merge=30), "may merge into retrain/*"),
    (
        "retrain branches",
        WARNING,
        branch("retrain/*", allow_force_push=False),
        "cannot replace its branch",
    ),
    ("tags", MISSING, without_tag("*#production#*"), f"{FIRST}#production#1 are not protected"),
    ("tags", MISSING, tag("*#production#*", create=30), "so deploy or register any commit"),
    ("tags", MISSING, tag("*@v*", create=30), f"Developers may create {FIRST}@v1.0.0"),
    ("tags", MISSING, tag("*@v*", create=0), f"may not create {FIRST}@v1.0.0"),
]
RUNNERS: list[Wrong] = [
    ("runner that trains", MISSING, without_runner("gpu"), "no runner with the tag gpu"),
    ("runner that trains", MISSING, runner("gpu", paused=True), "no runner with"),
    ("runner that trains", MISSING, runner("gpu", access_level="ref_protected"), "no merge req"),
    ("runner that trains", WARNING, runner("gpu", maximum_timeout=600), "after 600 s"),
    ("runner that trains", MISSING, variable("TRAIN_RUNNER", value="big"), "the tag big"),
    ("GPU for training only", WARNING, runner("gpu", run_untagged=True), "takes untagged jobs"),
    ("runner for the rest", MISSING, without_runner("cpu"), "no runner that takes untagged"),
    ("runner that deploys", MISSING, without_runner("production"), "deployments wait"),
    (
        "runner that deploys",
        MISSING,
        runner("production", access_level="not_protected"),
        "a merge request with the tag production runs there",
    ),
    (
        "runner that deploys",
        MISSING,
        added_runner(description="all", tag_list=["production", "linux"], locked=True),
        "all: a merge request with the tag production runs there",
    ),
    (
        "runner that deploys",
        MISSING,
        runner("production", runner_type="instance_type"),
        "shared with other projects",
    ),
    ("runner that deploys", WARNING, runner("production", run_untagged=True), "beside the serv"),
    ("runner that deploys", WARNING, runner("production", locked=False), "not locked"),
]
VARIABLES: list[Wrong] = [
    (
        "REPO_TOKEN, the variable",
        MISSING,
        variable("REPO_TOKEN", REVIEW, protected=True),
        "protected: merge requests",
    ),
    (
        "environments",
        WARNING,
        variable("REPO_TOKEN", "*", value="glpat-x", protected=True, masked=True),
        "REPO_TOKEN has the environment scope *",
    ),
    (
        "REPO_TOKEN of merge requests",
        MISSING,
        variable("REPO_TOKEN", REVIEW, value="glpat-unknown"),
        "GitLab rejects REPO_TOKEN: 401",
    ),
    (
        "REPO_TOKEN of merge requests",
        MISSING,
        variable("REPO_TOKEN", REVIEW, value="glpat-\u00e9"),
        "its value is not of printable ASCII",
    ),
    (
        "REPO_TOKEN of merge requests",
        MISSING,
        variable("REPO_TOKEN", REVIEW, value=READER),
        "lacks the scope api and write_repository",
    ),
    (
        "REPO_TOKEN of merge requests",
        MISSING,
        owner_of("perennial", role=40),
        "its role is Maintainer, and every job of a merge request can read it",
    ),
    (
        "REPO_TOKEN of merge requests",
        MISSING,
        owner_of("perennial", role=20),
        "its jobs need Developer",
    ),
    (
        "REPO_TOKEN of merge requests",
        WARNING,
        owner_of("perennial", expires_at="2026-12-10"),
        "it expires on 2026-12-10",
    ),
    (
        "REPO_TOKEN of merge requests",
        WARNING,
        owner_of("perennial", bot=False),
        "it belongs to a person, perennial",
    ),
    (
        "REPO_TOKEN of merge requests",
        UNKNOWN,
        variable("REPO_TOKEN", REVIEW, hidden=True),
        "does not show",
    ),
    (
        "REPO_TOKEN of main's jobs",
        MISSING,
        without_variable("REPO_TOKEN", "proposals"),
        "proposals: REPO_TOKEN is not set",
    ),
    (
        "REPO_TOKEN of main's jobs",
        MISSING,
        without_variable("REPO_TOKEN", "registry"),
        "registry: REPO_TOKEN is not set",
    ),
    ("protected variables", MISSING, variable("REPO_TOKEN", "proposals", protected=False), "of pr"),
    ("DVC_REMOTE_URL", MISSING, without_variable("DVC_REMOTE_URL"), "lost after the job"),
    ("DVC_REMOTE_URL", MISSING, variable("DVC_REMOTE_URL", value="/srv/dvc"), "several runners"),
    ("DVC_REVIEW_URL", WARNING, without_variable("DVC_REVIEW_URL"), "that main reads"),
    (
        "DVC_REVIEW_URL",
        WARNING,
        variable("DVC_REVIEW_URL", value="s3://models/perennial/"),
        "it lies in DVC_REMOTE_URL",
    ),
    (
        "DVC_REVIEW_URL",
        WARNING,
        variable("DVC_REVIEW_URL", value="s3://models/perennial/review"),
        "it lies in DVC_REMOTE_URL",
    ),
    (
        "credentials of the remote",
        MISSING,
        variable("DVC_SSH_KEY", "*", protected=True, **FILE),
        "there is no DVC_SSH_KEY of review/model",
    ),
    (
        "credentials of the remote",
        MISSING,
        variable("DVC_SSH_KEY", "review/model", **FILE),
        "there is no DVC_SSH_KEY for main's jobs",
    ),
    (
        "protected variables",
        MISSING,
        variable("AWS_SESSION_TOKEN", "*", value="x", masked=True),
        "merge requests see AWS_SESSION_TOKEN",
    ),
    (
        "PERENNIAL_DATABASE_URL",
        MISSING,
        without_variable("PERENNIAL_DATABASE_URL"),
        "no labels",
    ),
    (
        "environments",
        WARNING,
        variable("PERENNIAL_DATABASE_URL", environment_scope="*"),
        "PERENNIAL_DATABASE_URL has the environment scope *, not labels",
    ),
    (
        "environments",
        WARNING,
        variable("PERENNIAL_BUNDLES", environment_scope="*"),
        "PERENNIAL_BUNDLES has the environment scope *, not production",
    ),
    ("deployment", MISSING, without_variable("PERENNIAL_BUNDLES"), "not set in the project"),
    ("what pipelines set", MISSING, variable("TASK", value="x"), "TASK: overrides in every"),
    ("secrets", MISSING, variable("REPO_TOKEN", REVIEW, masked=False), "not masked: REPO_TOKEN"),
    (
        "secrets",
        MISSING,
        variable("PERENNIAL_DATABASE_URL", masked=False),
        "not masked: PERENNIAL_DATABASE_URL",
    ),
    (
        "files",
        MISSING,
        variable("DVC_SSH_KNOWN_HOSTS", value="x"),
        "DVC_SSH_KNOWN_HOSTS is not a file",
    ),
    (
        "values with a $",
        WARNING,
        variable("PERENNIAL_URL", value="http://a$b"),
        "PERENNIAL_URL",
    ),
    ("images", WARNING, variable("PYTHON_IMAGE", value="python:3.11"), "PYTHON_IMAGE: by a tag"),
    ("images", WARNING, without_variable("CML_IMAGE"), "CML_IMAGE: by a tag"),
    ("images", WARNING, variable("TRAIN_IMAGE", value="cuda:13"), "TRAIN_IMAGE: by a tag"),
    (
        "switches",
        MISSING,
        variable("AUTO_MERGE", value="True", protected=True),
        "AUTO_MERGE: got 'True', expected true",
    ),
] + [
    (
        "protected variables",
        MISSING,
        variable(name, protected=False, **more),
        f"jobs of merge requests see {name}",
    )
    for name, more in (
        ("PERENNIAL_DATABASE_URL", {}),
        ("PERENNIAL_BUNDLES", {}),
        ("PERENNIAL_URL", {}),
        ("AUTO_MERGE", {"value": "true"}),
        ("MODEL_REGISTRY", {"value": "true"}),
        ("DEPLOY_TARGET", {"value": "local", "environment_scope": "production"}),
    )
]
WRONG = [*PROJECT, *ACCESS, *RUNNERS, *VARIABLES]


@pytest.mark.parametrize(
    ("name", "status", "change", "problem"), WRONG, ids=[f"{one[0]}: {one[3]}" for one in WRONG]
)
def test_a_wrong_setting_is_found(
    administrator: Administrator, name: str, status: str, change: Change, problem: str
) -> None:
    """It alone; with what to do, and never a variable's value."""
    administrator.sets(change)
    code, found = findings(administrator.url)
    rest = {row["check"]: row["found"] for row in found.values() if row["status"] != "ok"}
    assert rest.keys() == {name}, rest
    assert problem in found[name]["found"], found[name]
    assert found[name]["status"] == status and found[name]["todo"]
    assert code == (1 if status == MISSING else 0)
    assert not any(value in json.dumps(found) for value in administrator.known.values())
