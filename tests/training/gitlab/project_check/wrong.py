"""What may be wrong with a project on GitLab."""

from tests.training.gitlab.project_check.given import (
    added_runner,
    branch,
    job_tokens,
    page,
    runner,
    tag,
    trigger,
    variable,
    without_branch,
    without_runner,
    without_tag,
    without_trigger,
)
from tests.training.gitlab.project_check.wrong_variables import MISSING, VARIABLES, WARNING, Wrong
from training.tasks import TASKS

FIRST = next(iter(TASKS))
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
    ("job token allowlist", MISSING, job_tokens(limited=False), "pipeline of any other project"),
    (
        "job token allowlist",
        WARNING,
        job_tokens(projects=["perennial/other"], groups=["perennial"]),
        "the pipelines of perennial/other, perennial may do here",
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
WRONG = [*PROJECT, *ACCESS, *RUNNERS, *VARIABLES]
