"""Checks of settings: version, pipeline file, merging, cancelling, timeouts, schedule."""

import re

from training.gitlab.project_check.check import Answer, Status, missing, ok, warning
from training.gitlab.project_check.facts import Facts, shown

LEAST_VERSION = (18, 1)
LEAST_TIMEOUT_SECONDS = 3600
GENERAL_PAGE = "Settings → CI/CD → General pipelines"
MERGE_PAGE = "Settings → Merge requests"
SHOWN_PROBLEMS = 3


def version(facts: Facts) -> Answer:
    """The relay starts pipelines with typed inputs, which GitLab supports since 18.1."""
    number = re.match(r"(\d+)\.(\d+)", facts.version)
    if number is None or (int(number[1]), int(number[2])) < LEAST_VERSION:
        least = ".".join(map(str, LEAST_VERSION))
        return missing(
            f"{facts.version} has no typed trigger inputs", f"update GitLab to {least} or later"
        )
    return ok(facts.version)


def features(facts: Facts) -> Answer:
    """Pipelines and merge requests are switched on."""
    if facts.project.get("archived"):
        return missing("the project is archived", "unarchive it under Settings → General")
    for name, label in (("builds", "CI/CD"), ("merge_requests", "Merge requests")):
        if facts.setting(f"{name}_access_level") == "disabled":
            page = "Settings → General → Visibility, project features, permissions"
            return missing(f"{label} is switched off", f"switch it on under {page}")
    return ok("pipelines and merge requests are on")


def pipeline_file(facts: Facts) -> Answer:
    """GitLab itself accepts the pipeline's file on the default branch."""
    lint = shown(facts.lint)
    problems = "; ".join(lint["errors"][:SHOWN_PROBLEMS])
    if not lint["valid"]:
        return missing(problems, "fix .gitlab-ci.yml; Build → Pipeline editor shows every problem")
    if lint["warnings"]:
        return warning("; ".join(lint["warnings"][:SHOWN_PROBLEMS]), "see Build → Pipeline editor")
    return ok("valid")


def merging(facts: Facts) -> Answer:
    """Nothing merges, by hand or automatically, before its checks have succeeded."""
    if not facts.setting("only_allow_merge_if_pipeline_succeeds"):
        return missing(
            "merges do not wait for checks", f"tick 'Pipelines must succeed': {MERGE_PAGE}"
        )
    return ok("pipelines must succeed")


def skipped(facts: Facts) -> Answer:
    """A job's push of dvc.lock leaves a skipped pipeline, which must not block the merge."""
    if not facts.setting("only_allow_merge_if_pipeline_succeeds"):
        return ok("no merge waits for a pipeline yet")
    if not facts.setting("allow_merge_on_skipped_pipeline"):
        return missing(
            "a merge request could not merge after a job has pushed its dvc.lock",
            f"tick 'Skipped pipelines are considered successful': {MERGE_PAGE}",
        )
    return ok("skipped pipelines count as successful")


def cancelling(facts: Facts) -> Answer:
    """A newer commit cancels the interruptible jobs of older pipelines."""
    if facts.setting("auto_cancel_pending_pipelines") != "enabled":
        return warning(
            "every commit of a merge request trains to the end",
            f"tick 'Auto-cancel redundant pipelines': {GENERAL_PAGE}",
        )
    return ok("redundant pipelines are cancelled")


def timeout(facts: Facts) -> Answer:
    """Jobs have enough time to train."""
    seconds = facts.setting("build_timeout")
    if seconds < LEAST_TIMEOUT_SECONDS:
        return missing(f"jobs are stopped after {seconds} s", f"set 1 h or more: {GENERAL_PAGE}")
    return ok(f"{seconds} s")


def visibility(facts: Facts) -> Answer:
    """A public project must not show its artifacts to strangers."""
    if facts.setting("visibility") != "public":
        return ok(str(facts.setting("visibility")))
    if facts.setting("public_jobs"):
        return warning(
            "everybody sees job logs and artifacts: models, and rows of data in reports",
            f"untick 'Project-based pipeline visibility': {GENERAL_PAGE}",
        )
    return ok("public; logs and artifacts are not")


def forks(facts: Facts) -> Answer:
    """A fork's code runs with the project's variables only if a member runs it here."""
    if facts.setting("ci_allow_fork_pipelines_to_run_in_parent_project"):
        return warning(
            "a fork's pipeline that a member runs here sees what merge requests see",
            "set ci_allow_fork_pipelines_to_run_in_parent_project to false through the API "
            "(PUT /projects/:id); no page has it",
        )
    return ok("they run in the fork, without the project's variables")


def caches(facts: Facts) -> Answer:
    """What a job of a merge request leaves in a cache is code that the next job runs."""
    if not facts.setting("ci_separated_caches"):
        return missing(
            "main's jobs run what jobs of merge requests have put into the cache",
            f"tick 'Use separate caches for protected branches': {GENERAL_PAGE}",
        )
    return ok("protected branches have their own")


def protected_requests(facts: Facts) -> Answer:
    """A merge request of a protected branch, such as retrain/*, would see main's secrets."""
    allowed = facts.project.get("protect_merge_request_pipelines")  # shown since 18.10
    if allowed:
        return warning(
            "merge requests between protected branches see protected variables, and use protected "
            "runners",
            "untick 'Allow merge request pipelines to access protected variables and runners': "
            "Settings → CI/CD → Variables",
        )
    if allowed is None:
        return Answer(
            Status.UNKNOWN,
            f"GitLab {facts.version} does not show it",
            "look whether 'Allow merge request pipelines to access protected variables and "
            "runners' is off under Settings → CI/CD → Variables",
        )
    return ok("merge requests see no protected variable")


def container_registry(facts: Facts) -> Answer:
    """Developers may replace an image there, and no job pushes any."""
    if facts.setting("container_registry_access_level") != "disabled":
        page = "Settings → General → Visibility, project features, permissions"
        return warning(
            "Developers may replace every image in it, and no job pushes any",
            f"switch 'Container registry' off: {page}",
        )
    return ok("off")


def schedule(facts: Facts) -> Answer:
    """The nightly pipeline runs on the default branch."""
    branch = facts.project["default_branch"]
    schedules = shown(facts.schedules)
    todo = f"create one for {branch}, such as 0 3 * * *: Build → Pipeline schedules"
    ours = [one for one in schedules if one["ref"].removeprefix("refs/heads/") == branch]
    if not ours:
        return missing("there is none for the default branch, so nothing runs at night", todo)
    if not any(one["active"] for one in ours):
        return missing("none is active", "activate one: Build → Pipeline schedules")
    return ok(", ".join(one["cron"] for one in ours if one["active"]))


def model_registry(facts: Facts) -> Answer:
    """If MODEL_REGISTRY is on, versions go to GitLab's model registry and its packages."""
    if facts.value("MODEL_REGISTRY") != "true":
        return ok("not used; MODEL_REGISTRY=true switches it on")
    page = "Settings → General → Visibility, project features, permissions"
    if facts.setting("model_registry_access_level") == "disabled":
        return missing("switched off", f"switch on 'Model registry': {page}")
    if not facts.setting("packages_enabled"):
        todo = f"switch on 'Package registry': {page}"
        return missing("the package registry, which keeps its files, is switched off", todo)
    return ok("on")
