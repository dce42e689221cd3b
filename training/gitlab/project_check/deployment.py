"""Checks of variables that deployments read, and of those that only the pipeline itself may set."""

from collections.abc import Collection, Mapping
from itertools import combinations

from training.gitlab.project_check.check import Answer, missing, ok
from training.gitlab.project_check.facts import Facts, Json
from training.gitlab.project_check.environments import PAGE
from training.gitlab.project_check.variables import absent
from training.tasks import TASKS

LOCAL = "local"
# What deploy/local needs of each task: each names one service, which runs one model.
PLACES = ("PERENNIAL_BUNDLES", "PERENNIAL_URL")
# The pipeline's files and its jobs set these; a variable of the project would override them all.
SET_BY_PIPELINES = (
    "TASK",
    "INCIDENT",
    "INCIDENT_STARTED",
    "PIPELINE_NAME",
    "LOCK",
    "CACHE_POLICY",
    "TASKS",
    "STALE_TASKS",
    "DVC_LOCK_COMMIT",
)


def own(facts: Facts, name: str, task: str) -> Json | None:
    """Return the variable that a task's deployment reads: its own, or that of all tasks."""
    return facts.variable(f"{name}_{task}") or facts.variable(name)


def deployment(facts: Facts, tasks: Collection[str] = TASKS) -> Answer:
    """deploy/local replaces the bundle in a folder and checks the service at an address."""
    targets = {task: _target(facts, task) for task in tasks}
    local = [task for task, target in targets.items() if target == LOCAL]
    for name in PLACES:
        found = {task: own(facts, name, task) for task in local}
        for task, variable in found.items():
            if variable is None:
                wanted = name if len(tasks) == 1 else f"{name}_{task}"
                return absent(facts, wanted, f"deploy/local does not know where {task} is served")
        given = {task: variable for task, variable in found.items() if variable is not None}
        if shared := _shared(given):
            one, other = shared
            return missing(
                f"{one} and {other} have the same {name}, but a service runs one model",
                f"add {name}_{one} and {name}_{other} with different values: {PAGE}",
            )
    others = sorted(set(targets.values()) - {LOCAL})
    said = [f"deploy/{target} names the variables that it needs" for target in others]
    if local:
        said.insert(0, f"{' and '.join(PLACES)} are set for {', '.join(local)}")
    return ok("; ".join(said))


def _target(facts: Facts, task: str) -> str:
    found = own(facts, "DEPLOY_TARGET", task)
    return LOCAL if found is None else str(found["value"] or LOCAL)


def _shared(variables: Mapping[str, Json]) -> tuple[str, str] | None:
    """Return two tasks that have the same place, if there are any. A hidden value equals none."""
    for (one, first), (other, second) in combinations(variables.items(), 2):
        values = [str(each["value"] or "").rstrip("/") for each in (first, second)]
        if first["key"] == second["key"] or values[0] and values[0] == values[1]:
            return one, other
    return None


def overridden(facts: Facts) -> Answer:
    """What pipelines set themselves is no variable of the project, which would take precedence."""
    found = [name for name in SET_BY_PIPELINES if facts.variable(name) is not None]
    if found:
        return missing(
            f"{', '.join(found)}: overrides in every pipeline what that pipeline sets itself",
            f"remove {', '.join(found)}: {PAGE}",
        )
    return ok("no variable overrides what pipelines set")
