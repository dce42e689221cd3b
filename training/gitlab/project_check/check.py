"""A check asks the facts one question; the answer is ok, missing, a warning or unknown."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from training.gitlab.project_check.facts import Facts, NotShown, Withheld

GUIDE = "docs/gitlab.md"


class Status(StrEnum):
    """How serious an answer is; only MISSING fails the command."""

    OK = "ok"
    MISSING = "missing"
    WARNING = "warning"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True)
class Answer:
    """What was found, and what to do about it."""

    status: Status
    found: str
    todo: str = ""


@dataclass(frozen=True)
class Check:
    """One question to the facts; `heading` is where docs/gitlab.md explains it.

    of_groups: about every variable, those of the project's groups too.
    """

    name: str
    heading: str
    ask: Callable[[Facts], Answer]
    of_groups: bool = False


@dataclass(frozen=True)
class CheckResult:
    """A check's answer for a project; `see` is where the guide explains it."""

    check: str
    answer: Answer
    see: str


def ok(found: str) -> Answer:
    """Return the answer that nothing needs to be done."""
    return Answer(Status.OK, found)


def missing(found: str, todo: str) -> Answer:
    """Return the answer that some part of the pipeline cannot work."""
    return Answer(Status.MISSING, found, todo)


def warning(found: str, todo: str) -> Answer:
    """Return the answer that it works, but not as well or as safely as it could."""
    return Answer(Status.WARNING, found, todo)


def run_check(check: Check, facts: Facts) -> CheckResult:
    """Run a check; its answer is unknown if GitLab withholds a fact that it needs."""
    try:
        answer = check.ask(facts)
    except NotShown as hidden:
        found = "GitLab does not show it to this token"
        answer = Answer(Status.UNKNOWN, found, f"to find out, run this with {hidden}")
    groups = facts.inherited
    if check.of_groups and answer.status is Status.OK and isinstance(groups, Withheld):
        found = f"{answer.found}, but for the variables of the project's groups, which are hidden"
        answer = Answer(Status.UNKNOWN, found, f"to find out, run this with {groups.needs}")
    return CheckResult(check.name, answer, f"{GUIDE}#{check.heading}")
