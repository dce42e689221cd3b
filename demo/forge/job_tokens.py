"""Whose jobs may use the project with the tokens that GitLab gives to each of them.

Source: app/models/ci/job_token/scope.rb and lib/api/helpers.rb of GitLab.
"""

from demo.forge.configuration import Config, Token


def barred(config: Config, token: Token) -> str | None:
    """Return why a job's token does not open the project, or None; another token always does.

    A job opens its own project, and one that has the job's project, or a group around it, in its
    allowlist, or has none; if the user of its pipeline is a member there.
    """
    if token.kind != "job" or token.role and _listed(config, token.project):
        return None
    source, target = (path.rpartition("/")[2] for path in (token.project, config.project))
    return f"Authentication by CI/CD job token not allowed from {source} to {target}."


def _listed(config: Config, project: str) -> bool:
    known = config.settings.job_tokens
    inside = any(project.startswith(f"{group}/") for group in known["groups"])
    return project in (config.project, *known["projects"]) or inside or not known["limited"]
