"""Checks of variables: those that jobs read are set, and secrets are hidden."""

import re

from perennial.errors import InvalidValue
from training.gitlab.project_check.check import Answer, missing, ok, warning
from training.gitlab.project_check.environments import EVERYWHERE, PAGE, REVIEW
from training.gitlab.project_check.facts import Facts, Withheld, matches, shown
from training.gitlab.project_check.secrets import holds_secret

# Variables that take one of a few words; the pipeline compares them exactly.
WORDS = {
    "AUTO_MERGE": ("true", "false"),
    "MODEL_REGISTRY": ("true", "false"),
    "TRAIN_LOCK": ("training-gpu", "training"),
}
# Images that jobs run in; that of training is PYTHON_IMAGE's where it is not set.
IMAGES, OPTIONAL_IMAGE = ("PYTHON_IMAGE", "CML_IMAGE"), "TRAIN_IMAGE"
PINNED = re.compile("@sha256:[0-9a-f]{64}$")
# Variables that a program opens as a file.
FILES = ("DVC_SSH_KEY", "DVC_SSH_KNOWN_HOSTS", "GDRIVE_CREDENTIALS")
# A name that only a pattern for every branch covers.
ANY_BRANCH = "somebody/any-branch"


def repo_token_variable(facts: Facts) -> Answer:
    """Merge requests push, comment and upload with it."""
    known = [one for one in facts.known_variables() if one["key"] == "REPO_TOKEN"]
    if not known:
        return absent(facts, "REPO_TOKEN", "nothing can push dvc.lock or post a report")
    places = {one["environment_scope"]: one for one in known}
    found = places.get(REVIEW) or places.get(EVERYWHERE)
    if found is None:
        return missing(
            f"there is none of environment {REVIEW}, that merge requests see",
            f"add one: {PAGE}",
        )
    rules = [] if isinstance(facts.protected_branches, Withheld) else facts.protected_branches
    if found["protected"] and not any(matches(rule["name"], ANY_BRANCH) for rule in rules):
        return missing(
            "protected: merge requests from branches that are not protected do not see it",
            f"untick 'Protect variable', or protect every branch with the wildcard *: {PAGE}",
        )
    return ok("merge requests see it")


def absent(facts: Facts, name: str, consequence: str) -> Answer:
    """Return the answer that a variable is not set, or perhaps in a group that is not shown."""
    groups = isinstance(facts.inherited, Withheld)
    where = "not set in the project" + (f" (perhaps in a group: {_needs(facts)})" if groups else "")
    return missing(f"{where}: {consequence}", f"add {name} under {PAGE}")


def _needs(facts: Facts) -> str:
    assert isinstance(facts.inherited, Withheld)
    return f"to see that takes {facts.inherited.needs}"


def dvc_remote(facts: Facts) -> Answer:
    """Data and models are stored where every runner can reach them."""
    found = facts.variable("DVC_REMOTE_URL")
    if found is None:
        return absent(facts, "DVC_REMOTE_URL", "data and models would be lost after the job")
    if found["value"] is None:
        return ok("set, and hidden")
    address = str(found["value"])
    if "://" in address and not address.startswith("file://"):
        return ok(f"a remote of kind {address.partition('://')[0]}")
    several = len(shown(facts.runners)) > 1
    if several:
        return missing(
            "a local folder, while several runners are online: each would see its own",
            f"point DVC_REMOTE_URL to s3://, ssh:// or gdrive://: {PAGE}",
        )
    return ok("a local folder, and one runner")


def database(facts: Facts) -> Answer:
    """A retrain, which runs on main, collects the labels from the service's database."""
    found = facts.variable("PERENNIAL_DATABASE_URL")
    if found is None:
        return absent(facts, "PERENNIAL_DATABASE_URL", "a retrain finds no labels")
    return ok("set")


def secrets(facts: Facts) -> Answer:
    """A masked variable never shows in a job's log; a file's content cannot be masked."""
    unmasked = [
        variable["key"]
        for variable in facts.known_variables()
        if variable["variable_type"] == "env_var"
        and holds_secret(variable)
        and not variable["masked"]
    ]
    if unmasked:
        return missing(f"not masked: {', '.join(unmasked)}", f"set 'Masked' for each: {PAGE}")
    return ok("every secret is masked")


def files(facts: Facts) -> Answer:
    """Keys and credentials reach a job as files, which keep their line breaks."""
    for name in FILES:
        found = facts.variable(name)
        if found is not None and found["variable_type"] != "file":
            return missing(f"{name} is not a file", f"set its type to File: {PAGE}")
    return ok("keys and credentials are files")


def images(facts: Facts) -> Answer:
    """A tag may be moved to another image, whose code then runs with the jobs' secrets."""
    by_tag = [name for name in IMAGES if not PINNED.search(facts.value(name))]
    if facts.value(OPTIONAL_IMAGE) and not PINNED.search(facts.value(OPTIONAL_IMAGE)):
        by_tag.append(OPTIONAL_IMAGE)
    if by_tag:
        return warning(
            f"{', '.join(by_tag)}: by a tag, which can be moved to another image",
            f"set each to NAME@sha256:DIGEST: {PAGE}",
        )
    return ok("each by its digest")


def expansion(facts: Facts) -> Answer:
    """GitLab expands a `$` in a value unless expansion is switched off."""
    variables = shown(facts.variables)
    risky = [
        variable["key"]
        for variable in variables
        if not variable["raw"] and "$" in (variable["value"] or "")
    ]
    if risky:
        return warning(
            f"holds a $ and is expanded: {', '.join(risky)}",
            f"untick 'Expand variable reference' where the $ is literal: {PAGE}",
        )
    return ok("no value is expanded")


def words(facts: Facts) -> Answer:
    """A switch has one of the values that the pipeline compares with."""
    for name, known in WORDS.items():
        value = facts.value(name)
        if value and value not in known:
            return missing(str(InvalidValue(name, value, " or ".join(known))), f"see {PAGE}")
    return ok("every switch has a known value")
