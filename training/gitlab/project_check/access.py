"""Checks of access: branches, tags, the relay's trigger, pipeline variables."""

from collections.abc import Sequence
from datetime import date

from perennial.plural import plural
from training.gitlab.project_check.check import Answer, missing, ok, warning
from training.gitlab.project_check.environments import REGISTER
from training.gitlab.project_check.facts import (
    DEVELOPER,
    MAINTAINER,
    NAMED,
    NOBODY,
    Facts,
    Json,
    Token,
    Withheld,
    matches,
    role_name,
    shown,
)
from training.tasks import TASKS

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
    least = least_level(rules, "push_access_levels", name) if rules else NOBODY
    keys = any(_of_key(level) for rule in rules for level in rule["push_access_levels"])
    if branch["developers_can_push"] or least < NOBODY or keys:
        who = "Developers" if branch["developers_can_push"] else role_name(least)
        who = "deploy keys" if keys and least == NOBODY else who
        return warning(
            f"{who} may push to {name} past every merge request",
            f"set 'Allowed to push and merge' to No one under {BRANCH_PAGE}",
        )
    return ok(f"{name} changes by merge requests only")


def merging(facts: Facts) -> Answer:
    """Who may merge decides what is deployed; jobs of merge requests see a Developer's token."""
    name = facts.project["default_branch"]
    least = least_level(shown(facts.protected_branches), "merge_access_levels", name)
    if least == NOBODY:
        return missing(f"nobody may merge into {name}", f"choose Maintainers under {BRANCH_PAGE}")
    if least <= DEVELOPER:
        return missing(
            f"Developers may merge into {name}, and so may whoever reads REPO_TOKEN in a job of a "
            "merge request",
            f"set 'Allowed to merge' to Maintainers under {BRANCH_PAGE}",
        )
    return ok(role_name(least))


def retrain_branches(facts: Facts) -> Answer:
    """Nobody puts a commit on top of the one that the gate has judged."""
    rules = shown(facts.protected_branches)
    for task in TASKS:
        name = f"retrain/{task}-0123456789ab"
        covering = [rule for rule in rules if matches(rule["name"], name)]
        if not covering:
            return missing(
                "retrain/* is not protected: whoever may push can change a judged model's branch",
                f"protect retrain/* under {BRANCH_PAGE}",
            )
        for kind, label in (("push", "push to"), ("merge", "merge into")):
            if least_level(rules, f"{kind}_access_levels", name) <= DEVELOPER:
                return missing(
                    f"Developers may {label} retrain/*, past the gate",
                    f"let Maintainers push to it, and no one merge into it, under {BRANCH_PAGE}",
                )
        if not any(rule["allow_force_push"] for rule in covering):
            return warning(
                "a retrain that runs again cannot replace its branch",
                f"switch 'Allowed to force push' on for retrain/* under {BRANCH_PAGE}",
            )
    return ok("only Maintainers change retrain/*")


def least_level(rules: Sequence[Json], kind: str, name: str) -> int:
    """Return the lowest role that a rule allows for a name; 0 if no rule covers it.

    NAMED stands for single users and groups, NOBODY for nobody.
    """
    covering = [rule for rule in rules if matches(rule["name"], name)]
    levels = [_level(level) for rule in covering for level in rule[kind] if not _of_key(level)]
    return min(levels, default=NOBODY if covering else 0)


def _of_key(level: Json) -> bool:
    return level.get("deploy_key_id") is not None


def _level(level: Json) -> int:
    if level.get("user_id") or level.get("group_id"):
        return NAMED
    return int(level["access_level"] or NOBODY)


def tags(facts: Facts) -> Answer:
    """Tags record which model serves, and start deployments: Maintainers create them."""
    rules = shown(facts.protected_tags)
    named = [name for task in TASKS for name in (f"{task}@v1.0.0", f"{task}#production#1")]
    open_ones = [name for name in named if not any(matches(rule["name"], name) for rule in rules)]
    if open_ones:
        return missing(
            f"tags such as {open_ones[0]} are not protected", f"protect {_wild()}: {TAG_PAGE}"
        )
    token = facts.tokens[REGISTER]
    for name in named:
        least = least_level(rules, "create_access_levels", name)
        if least <= DEVELOPER:
            return missing(
                f"Developers may create {name}, and so deploy or register any commit",
                f"set 'Allowed to create' to Maintainers under {TAG_PAGE}",
            )
        if isinstance(token, Token) and token.role < least != NAMED:
            return missing(
                f"the REPO_TOKEN of {REGISTER} ({role_name(token.role)}) may not create {name}",
                f"set 'Allowed to create' to Maintainers under {TAG_PAGE}, and give it that role",
            )
    return ok(f"{_wild()} are protected")


def _wild() -> str:
    return ", ".join(f"{task}@v*, {task}#production#*" for task in TASKS)


def trigger(facts: Facts) -> Answer:
    """The relay starts pipelines with a trigger token, which acts as its owner."""
    tokens = shown(facts.triggers)
    live = [one for one in tokens if not _expired(one.get("expires_at"), facts.today)]
    if not tokens:
        return missing(
            "there is none, so no alert can start a pipeline",
            f"create one under {TRIGGER_PAGE} and give it to the relay as RELAY_TRIGGER_TOKEN",
        )
    if not live:
        return missing("all have expired", f"create another under {TRIGGER_PAGE}")
    roles = {member["id"]: int(member["access_level"]) for member in shown(facts.members)}
    for one in live:
        owner = one["owner"]
        role = roles.get(owner["id"], 0) if owner else 0
        if role < MAINTAINER:
            who = f"{owner['username']} ({role_name(role)})" if owner else "nobody"
            return missing(
                f"one belongs to {who}, who may not run pipelines on the default branch",
                f"let a Maintainer create another, and remove it, under {TRIGGER_PAGE}",
            )
    return ok(plural(len(live), "trigger token"))


def _expired(moment: str | None, today: date) -> bool:
    return moment is not None and date.fromisoformat(moment[:10]) <= today


def variables_role(facts: Facts) -> Answer:
    """Inputs are checked; a variable that comes with a trigger overrides what the project sets."""
    role = facts.setting("ci_pipeline_variables_minimum_override_role")
    if role == "no_one_allowed":
        return ok("no one")
    consequence = (
        "whoever has the trigger token may set TRAIN_IMAGE, DEPLOY_TARGET and every other variable "
        "on main"
    )
    if role == "developer":
        consequence = f"every Developer, and {consequence}"
    return missing(f"{role.capitalize()}: {consequence}", f"choose No one allowed: {ROLE_PAGE}")
