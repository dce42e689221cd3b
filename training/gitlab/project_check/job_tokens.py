"""Checks of job tokens: what jobs may do here with the token that GitLab gives to each."""

from training.gitlab.project_check.check import Answer, missing, ok, warning
from training.gitlab.project_check.facts import Facts, shown

PAGE = "Settings → CI/CD → Job token permissions"


def push(facts: Facts) -> Answer:
    """Jobs push with REPO_TOKEN, so each job's own token needs no right to push."""
    if facts.setting("ci_push_repository_for_job_token_allowed"):
        return warning(
            "every job may push with its own token, and none needs to", f"untick it: {PAGE}"
        )
    return ok("jobs may not push with it")


def allowlist(facts: Facts) -> Answer:
    """A job acts as who started it: one of another project reads here and asks for pipelines."""
    found = shown(facts.job_tokens)
    if not found["limited"]:
        return missing(
            "whoever writes the pipeline of any other project that a member of this one starts may "
            "read this one, write its packages and ask for its pipelines as that member",
            f"choose 'Only this project and any groups and projects in the allowlist': {PAGE}",
        )
    if found["allowed"]:
        return warning(
            f"whoever writes the pipelines of {', '.join(found['allowed'])} may do here what the "
            "members may who start them, and none needs to",
            f"take what you do not need out of the allowlist: {PAGE}",
        )
    return ok("only this project's own jobs")
