"""Checks of what only some jobs may see: environment scopes and protected variables."""

from training.gitlab.project_check.check import Answer, missing, ok, warning
from training.gitlab.project_check.facts import Facts, Json, matches
from training.gitlab.project_check.secrets import CREDENTIALS, holds_secret
from training.tasks import TASKS

PAGE = "Settings → CI/CD → Variables"
EVERYWHERE = "*"
# Jobs by what they may do; the pipeline's files give each its environment.
DEPLOY, PROPOSE, REGISTER, COLLECT = "production", "proposals", "registry", "labels"
# Those of merge requests: that train and push models, and all of them.
REVIEW_MODEL, REVIEW = "review/model", "review/*"
SCOPES_OF_TOKENS = (REVIEW, PROPOSE, REGISTER)
# Where each variable belongs: to the jobs of one environment alone.
PLACES = {
    "PERENNIAL_DATABASE_URL": COLLECT,
    "PERENNIAL_DATABASE_PASSWORD": COLLECT,
    "PERENNIAL_BUNDLES": DEPLOY,
    "PERENNIAL_URL": DEPLOY,
    "PERENNIAL_API_KEY": DEPLOY,
    "DEPLOY_TARGET": DEPLOY,
}
# What decides over main, and is no matter of merge requests.
MAINS = ("AUTO_MERGE", "MODEL_REGISTRY")


def place(name: str) -> str | None:
    """Return the environment that a variable belongs to; a task's own has its name at the end."""
    for task in TASKS:
        name = name.removesuffix(f"_{task}")
    return PLACES.get(name)


def scopes(facts: Facts) -> Answer:
    """Each job sees only the variables that it needs."""
    wrong = [
        f"{one['key']} has the environment scope {one['environment_scope']}, not {wanted}"
        for one in facts.known_variables()
        if (wanted := place(one["key"])) and one["environment_scope"] != wanted
    ]
    if "REPO_TOKEN" in everywhere(facts):
        wrong.append(f"REPO_TOKEN has the environment scope {EVERYWHERE}")
    if wrong:
        return warning(f"{'; '.join(wrong)}: other jobs see it too", f"set 'Environments': {PAGE}")
    return ok("each has the environment of its jobs")


def everywhere(facts: Facts) -> set[str]:
    """Return the names of the variables that every job sees.

    Raises NotShown.
    """
    known = facts.known_variables()
    return {one["key"] for one in known if one["environment_scope"] == EVERYWHERE}


def protected(facts: Facts) -> Answer:
    """A variable that is not protected is seen by every job of every merge request."""
    seen = [_name(one) for one in facts.known_variables() if _mains(one) and not one["protected"]]
    if seen:
        return missing(
            f"jobs of merge requests see {', '.join(seen)}", f"tick 'Protect variable': {PAGE}"
        )
    return ok("merge requests see only what they need")


def _mains(variable: Json) -> bool:
    """Tell whether a variable is for main's jobs only."""
    name, scope = variable["key"], variable["environment_scope"]
    if matches(REVIEW, scope):
        return False
    return scope != EVERYWHERE or name in MAINS or place(name) is not None or holds_secret(variable)


def _name(variable: Json) -> str:
    scope = variable["environment_scope"]
    return str(variable["key"]) + (f" of {scope}" if scope != EVERYWHERE else "")


def review_remote(facts: Facts) -> Answer:
    """Merge requests write to a remote that main does not read."""
    review, main = (facts.value(name).rstrip("/") for name in ("DVC_REVIEW_URL", "DVC_REMOTE_URL"))
    if facts.variable("DVC_REVIEW_URL") is None:
        return warning(
            "not set: jobs of merge requests write to the remote that main reads",
            f"add DVC_REVIEW_URL, a bucket or folder of its own: {PAGE}",
        )
    if review and main and f"{review}/".startswith(f"{main}/"):
        return warning(
            "it lies in DVC_REMOTE_URL, so jobs of merge requests write to the remote that main "
            "reads",
            f"set DVC_REVIEW_URL to a bucket or folder of its own: {PAGE}",
        )
    return ok("a remote of its own")


def credentials(facts: Facts) -> Answer:
    """The credentials that merge requests see cannot write to the remote that main reads."""
    known = facts.known_variables()
    for name in CREDENTIALS:
        places = {one["environment_scope"] for one in known if one["key"] == name}
        if places and REVIEW_MODEL not in places:
            return missing(
                f"there is no {name} of {REVIEW_MODEL}, so merge requests cannot store models",
                f"add one that reads DVC_REMOTE_URL and writes DVC_REVIEW_URL: {PAGE}",
            )
        if places and EVERYWHERE not in places:
            return missing(
                f"there is no {name} for main's jobs, which write to DVC_REMOTE_URL",
                f"add one, protected, of environment *: {PAGE}",
            )
    return ok("merge requests have their own, or need none")
