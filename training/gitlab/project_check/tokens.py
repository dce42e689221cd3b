"""Checks of the jobs' tokens: that of merge requests, and those of main's jobs."""

from datetime import date, timedelta

from training.gitlab.project_check.check import Answer, Status, missing, ok, warning
from training.gitlab.project_check.environments import PROPOSE, REGISTER, REVIEW
from training.gitlab.project_check.facts import (
    DEVELOPER,
    MAINTAINER,
    WRITING,
    Facts,
    Refused,
    Token,
    role_name,
    shown,
)

EXPIRES_SOON = timedelta(days=30)
RENEW = "create a project access token under Settings → Access tokens and put it into REPO_TOKEN"


def merge_requests(facts: Facts) -> Answer:
    """Every job of a merge request can read this token, so it has a Developer's rights only."""
    answer = _usable(facts, REVIEW, DEVELOPER)
    token = facts.tokens[REVIEW]
    if isinstance(token, Token) and token.role > DEVELOPER:
        return missing(
            f"its role is {role_name(token.role)}, and every job of a merge request can read it",
            f"create one with the role Developer: {RENEW}",
        )
    return answer


def mains_jobs(facts: Facts) -> Answer:
    """What pushes a judged model, merges it and tags versions is a Maintainer's token."""
    for scope in (PROPOSE, REGISTER):
        answer = _usable(facts, scope, MAINTAINER)
        if answer.status is not Status.OK:
            return Answer(answer.status, f"{scope}: {answer.found}", answer.todo)
    return ok(f"{PROPOSE} and {REGISTER} have one")


def _usable(facts: Facts, scope: str, least: int) -> Answer:
    where = f"{RENEW} of the environment {scope}"
    token = shown(facts.tokens[scope])
    if token is None:
        return missing("REPO_TOKEN is not set", where)
    if isinstance(token, Refused):
        return missing(f"GitLab rejects REPO_TOKEN: {token.reason}", where)
    if lacking := WRITING - token.scopes:
        return missing(f"it lacks the scope {' and '.join(sorted(lacking))}", where)
    if token.role < least:
        role = role_name(token.role)
        return missing(f"its role is {role}; its jobs need {role_name(least)}", where)
    return _lifetime(token, facts.today, where)


def _lifetime(token: Token, today: date, where: str) -> Answer:
    if token.expires is not None and token.expires <= today + EXPIRES_SOON:
        return warning(f"it expires on {token.expires}", f"replace it before that: {where}")
    if not token.bot:
        return warning(f"it belongs to a person, {token.user}, and acts as that person", where)
    return ok(f"{role_name(token.role)}, {', '.join(sorted(token.scopes))}, valid")
