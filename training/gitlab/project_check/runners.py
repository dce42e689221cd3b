"""Checks of runners: one for each kind of job, and the GPU for training only."""

import re

from training.gitlab.project_check.check import Answer, missing, ok, warning
from training.gitlab.project_check.facts import Facts, Json, shown

PAGE = "Settings → CI/CD → Runners"
# The default in ci/common.yml.
TAG = "gpu"
# The tag of the jobs that deploy, in ci/main.yml.
PRODUCTION = "production"
WITH_GPU = re.compile("gpu|cuda", re.IGNORECASE)
ENOUGH_SECONDS = 3600


def training_tag(facts: Facts) -> str:
    """Return the tag of the runner that trains.

    Raises NotShown.
    """
    return facts.value("TRAIN_RUNNER", TAG)


def _for_merge_requests(runner: Json) -> bool:
    return bool(runner["access_level"] != "ref_protected")


def training(facts: Facts) -> Answer:
    """A runner with the training tag is online, for merge requests too."""
    tag = training_tag(facts)
    tagged = [runner for runner in shown(facts.runners) if tag in runner["tag_list"]]
    if not tagged:
        return missing(
            f"no runner with the tag {tag} is online: training waits until it is cancelled",
            f"start one, or set the variable TRAIN_RUNNER to the tag of a CPU runner: {PAGE}",
        )
    open_ones = [runner for runner in tagged if _for_merge_requests(runner)]
    if not open_ones:
        return missing(
            f"every runner with the tag {tag} takes protected branches only, no merge requests",
            f"untick 'Protected' for one: {PAGE}",
        )
    limits = [runner["maximum_timeout"] or ENOUGH_SECONDS for runner in open_ones]
    if max(limits) < ENOUGH_SECONDS:
        return warning(f"they stop a job after {max(limits)} s", f"set 3600 or more: {PAGE}")
    return ok(f"{len(open_ones)} online with the tag {tag}")


def deploying(facts: Facts) -> Answer:
    """The runner beside the service takes nothing but the deployments of protected branches."""
    tagged = [one for one in shown(facts.runners) if PRODUCTION in one["tag_list"]]
    if not tagged:
        return missing(
            f"no runner with the tag {PRODUCTION} is online: deployments wait", f"start one: {PAGE}"
        )
    for one in tagged:
        name = one["description"] or f"#{one['id']}"
        if _for_merge_requests(one):
            return missing(
                f"{name}: a merge request with the tag {PRODUCTION} runs there, in production",
                f"tick 'Protected': {PAGE}",
            )
        if one["runner_type"] != "project_type":
            return missing(
                f"{name}: is shared with other projects, whose protected branches run there too",
                f"use a project runner: {PAGE}",
            )
        if one["run_untagged"]:
            return warning(
                f"{name}: takes untagged jobs too, beside the service",
                f"untick 'Run untagged jobs': {PAGE}",
            )
        if not one["locked"]:
            return warning(
                f"{name}: is not locked, so it can be given to another project",
                f"tick 'Lock to current projects': {PAGE}",
            )
    return ok(f"{len(tagged)} online with the tag {PRODUCTION}, protected")


def other_jobs(facts: Facts) -> Answer:
    """Every other job has no tag, so some runner must take untagged jobs."""
    runners = shown(facts.runners)
    if any(runner["run_untagged"] and _for_merge_requests(runner) for runner in runners):
        return ok("a runner that takes untagged jobs is online")
    return missing(
        "no runner that takes untagged jobs is online: checks and reports wait",
        f"switch on instance runners, or tick 'Run untagged jobs' for a CPU runner: {PAGE}",
    )


def gpu_for_training(facts: Facts) -> Answer:
    """A GPU runner that takes untagged jobs may be busy with lint when training starts."""
    tag = training_tag(facts)
    if not WITH_GPU.search(tag):
        return ok(f"the tag {tag} is not for a GPU")
    runners = shown(facts.runners)
    greedy = [runner for runner in runners if tag in runner["tag_list"] and runner["run_untagged"]]
    if greedy:
        names = ", ".join(runner["description"] or f"#{runner['id']}" for runner in greedy)
        return warning(f"{names}: takes untagged jobs too", f"untick 'Run untagged jobs': {PAGE}")
    return ok("runners with the training tag take no other jobs")
