"""Check of approvals: where one is required, it must be another person's, of the last commit."""

from training.gitlab.project_check.check import Answer, ok, warning
from training.gitlab.project_check.facts import Facts, shown

PAGE = "Settings → Merge requests → Approval settings"
# The setting, the value that makes an approval worth something, what happens else, what to tick.
SETTINGS = (
    (
        "merge_requests_author_approval",
        False,
        "authors may approve their own merge requests",
        "Prevent approval by merge request creator",
    ),
    (
        "merge_requests_disable_committers_approval",
        True,
        "whoever pushes a commit may approve it",
        "Prevent approvals by users who add commits",
    ),
    (
        "reset_approvals_on_push",
        True,
        "a commit that is pushed after the approval merges with it",
        "Remove all approvals when commits are added",
    ),
    (
        "disable_overriding_approvers_per_merge_request",
        True,
        "a merge request may do without them",
        "Prevent editing approval rules in merge requests",
    ),
)


def approvals(facts: Facts) -> Answer:
    """GitLab Free requires none; then whoever may merge into the default branch decides alone."""
    found = shown(facts.approvals)
    if found is None:
        return ok("this tier of GitLab requires none: whoever may merge decides")
    if not found["required"]:
        return ok("none is required: whoever may merge decides")
    if facts.value("AUTO_MERGE") == "true":
        return warning(
            f"{found['required']} required, so AUTO_MERGE cannot merge before a person approves",
            f"leave AUTO_MERGE unset, or require none: {PAGE}",
        )
    for name, wanted, consequence, label in SETTINGS:
        if found[name] is not wanted:
            return warning(
                f"{found['required']} required, but {consequence}", f"tick '{label}': {PAGE}"
            )
    return ok(f"{found['required']} required, of others, of the last commit")
