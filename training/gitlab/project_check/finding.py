"""What a check says: ok, missing, a warning, or that it cannot tell."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from training.gitlab.project_check.facts import Facts, NotShown

GUIDE = "docs/gitlab.md"


class Status(StrEnum):
    """How serious a finding is; only MISSING fails the command."""

    OK = "ok"
    MISSING = "missing"
    WARNING = "warning"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True)
class Verdict:
    """What was found, and what to do about it."""

    status: Status
    found: str
    todo: str = ""


@dataclass(frozen=True)
class Check:
    """One question to the facts; `heading` is where docs/gitlab.md explains it."""

    name: str
    heading: str
    judge: Callable[[Facts], Verdict]


@dataclass(frozen=True)
class Finding:
    """A check's verdict on a project; `see` is where the guide explains it."""

    check: str
    verdict: Verdict
    see: str


def ok(found: str) -> Verdict:
    """Return that nothing is to be done."""
    return Verdict(Status.OK, found)


def missing(found: str, todo: str) -> Verdict:
    """Return that some flow of the pipeline cannot work like this."""
    return Verdict(Status.MISSING, found, todo)


def warning(found: str, todo: str) -> Verdict:
    """Return that it works, but worse or less safely than it could."""
    return Verdict(Status.WARNING, found, todo)


def find(check: Check, facts: Facts) -> Finding:
    """Return what a check finds; it cannot tell where GitLab withholds what it asks for."""
    try:
        verdict = check.judge(facts)
    except NotShown as hidden:
        found = "GitLab does not show it to this token"
        verdict = Verdict(Status.UNKNOWN, found, f"to know, run it with {hidden}")
    return Finding(check.name, verdict, f"{GUIDE}#{check.heading}")
