"""Checks of access: branches, tags, the jobs' token, the relay's trigger."""

from collections.abc import Sequence
from datetime import date, timedelta

from training.gitlab.project_check.check import Answer, missing, ok, warning
from training.gitlab.project_check.facts import (
    DEVELOPER,
    MAINTAINER,
    NOBODY,
    WRITING,
    Facts,
    Json,
    Refused,
    Token,
    Withheld,
    matches,
    role_name,
    shown,
)
from training.tasks import TASKS

EXPIRES_SOON = timedelta(days=30)
RENEW = "create a project access token under Settings → Access tokens and put it into REPO_TOKEN"
SECOND = (
    "add a second REPO_TOKEN with the role Maintainer, protected, of environment scope production, "
    "under Settings → CI/CD → Variables"
)
BRANCH_PAGE = "Settings → Repository → Protected branches"
TAG_PAGE = "Settings → Repository → Protected tags"
TRIGGER_PAGE = "Settings → CI/CD → Pipeline trigger tokens"
ROLE_PAGE = "Settings → CI/CD → Variables → Minimum role to use pipeline variables"


def default_branch(facts: Facts) -> Answer:
    """The default branch is deployed, so it must exist and change by merges only."""
    name = facts.project["default_branch"]
    branch = shown(facts.branch)
    if branch is None:
        return missing(f"{name} does not exist", f"push the repository to {name}")
    if not branch["protected"]:
        return missing(f"{name} is not protected", f"protect {name} under {BRANCH_PAGE}")
    rules = [] if isinstance(facts.protected_branches, Withheld) else facts.protected_branches
    if any(rule["allow_force_push"] and matches(rule["name"], name) for rule in rules):
        return warning(f"{name} may be force-pushed", f"switch that off under {BRANCH_PAGE}")
    if branch["developers_can_push"]:
        return warning(
            f"Developers may push to {name} past every merge request",
            f"set 'Allowed to push and merge' to Maintainers or No one under {BRANCH_PAGE}",
        )
    return ok(f"{name} is protected")


def _least(rules: Sequence[Json], kind: str, name: str) -> int:
    """Return the lowest role that a rule allows for a name; 0 if no rule covers it."""
    levels = [
        _level(level)
        for rule in rules
        if matches(rule["name"], name)
        for level in rule[kind]
        if level.get("deploy_key_id") is None
    ]
    return min(levels, default=0)


def _level(level: Json) -> int:
    """Return the role that an entry requires; 0 for a user or a group, which may be anybody."""
    if level.get("user_id") or level.get("group_id"):
        return 0
    return int(level["access_level"] or NOBODY)


def tags(facts: Facts) -> Answer:
    """Tags record which model serves: they are protected, and the jobs' token may create them."""
    rules = shown(facts.protected_tags)
    named = [name for task in TASKS for name in (f"{task}@v1.0.0", f"{task}#production#1")]
    open_ones = [name for name in named if not any(matches(rule["name"], name) for rule in rules)]
    if open_ones:
        return missing(
            f"tags such as {open_ones[0]} are not protected", f"protect {_wild()}: {TAG_PAGE}"
        )
    token = facts.repo_token
    for name in named:
        least = _least(rules, "create_access_levels", name)
        lower = isinstance(token, Token) and token.role < least
        if isinstance(token, Token) and lower and not facts.production_token:
            return missing(
                f"REPO_TOKEN ({role_name(token.role)}) may not create {name}",
                f"let Developers create them under {TAG_PAGE}, or give REPO_TOKEN a higher role",
            )
    return ok(f"{_wild()} are protected")


def _wild() -> str:
    return ", ".join(f"{task}@v*, {task}#production#*" for task in TASKS)


def repo_token(facts: Facts) -> Answer:
    """The jobs' token is valid and has the rights that the jobs need."""
    token = shown(facts.repo_token)
    if token is None:
        return missing("REPO_TOKEN is not set", RENEW)
    if isinstance(token, Refused):
        return missing(f"GitLab rejects REPO_TOKEN: {token.reason}", RENEW)
    if lacking := WRITING - token.scopes:
        return missing(f"it lacks the scope {' and '.join(sorted(lacking))}", RENEW)
    least, why = _least_role(facts)
    if token.role < least and not (token.role >= DEVELOPER and facts.production_token):
        role = role_name(token.role)
        return missing(f"its role is {role}; {why} needs {role_name(least)}", SECOND)
    return _lifetime(token, facts.today)


def _least_role(facts: Facts) -> tuple[int, str]:
    automatic = not isinstance(facts.variables, Withheld) and facts.value("AUTO_MERGE") == "true"
    if not automatic:
        return DEVELOPER, "pushing a branch"
    branch = facts.project["default_branch"]
    rules = facts.protected_branches
    known = [] if isinstance(rules, Withheld) else rules
    least = _least(known, "merge_access_levels", branch) or MAINTAINER
    return max(least, DEVELOPER), f"AUTO_MERGE, which merges to {branch},"


def _lifetime(token: Token, today: date) -> Answer:
    if token.expires is not None and token.expires <= today + EXPIRES_SOON:
        return warning(f"it expires on {token.expires}", f"replace it before that: {RENEW}")
    if not token.bot:
        return warning(f"it belongs to a person, {token.user}, and acts as that person", RENEW)
    return ok(f"{role_name(token.role)}, {', '.join(sorted(token.scopes))}, valid")


def trigger(facts: Facts) -> Answer:
    """The relay starts pipelines with a trigger token."""
    tokens = shown(facts.triggers)
    live = [one for one in tokens if not _expired(one.get("expires_at"), facts.today)]
    if not tokens:
        return missing(
            "there is none, so no alert can start a pipeline",
            f"create one under {TRIGGER_PAGE} and give it to the relay as RELAY_TRIGGER_TOKEN",
        )
    if not live:
        return missing("all have expired", f"create another under {TRIGGER_PAGE}")
    if not any(one["owner"] for one in live):
        return missing("none has an owner, as whom pipelines would run", f"see {TRIGGER_PAGE}")
    return ok(f"{len(live)} trigger token{'s' * (len(live) > 1)}")


def _expired(moment: str | None, today: date) -> bool:
    return moment is not None and date.fromisoformat(moment[:10]) <= today


def variables_role(facts: Facts) -> Answer:
    """Who may override variables; some versions of GitLab count a trigger as overriding them."""
    role = facts.setting("ci_pipeline_variables_minimum_override_role")
    if role == "no_one_allowed":
        return warning(
            "no one; some versions then refuse every trigger, since TRIGGER_PAYLOAD is a variable",
            f"if the relay logs 'Insufficient permissions to set pipeline variables', "
            f"choose Maintainer: {ROLE_PAGE}",
        )
    if role == "developer":
        return warning(
            "Developers: they may override DEPLOY_TARGET and every other variable on main",
            f"choose Maintainer: {ROLE_PAGE}",
        )
    return ok(f"{role.capitalize()}")
