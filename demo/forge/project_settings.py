"""What an administrator sets on the project's pages, with the defaults of a new GitLab project."""

from dataclasses import dataclass, field
from typing import Any

from demo.forge.errors import ConfigError

Json = dict[str, Any]

# GET /projects/:id shows these to everybody who may see the project, ...
FOR_MEMBERS: Json = {
    "archived": False,
    "visibility": "private",
    "packages_enabled": True,
    "jobs_enabled": True,
    "builds_access_level": "enabled",
    "merge_requests_access_level": "enabled",
    "container_registry_access_level": "enabled",
    "model_registry_access_level": "enabled",
    "shared_runners_enabled": True,
    "public_jobs": True,
    "only_allow_merge_if_pipeline_succeeds": False,
    "allow_merge_on_skipped_pipeline": None,
    "squash_option": "default_off",
}
# ... and these to Maintainers only.
FOR_MAINTAINERS: Json = {
    "ci_default_git_depth": 20,
    "build_git_strategy": "fetch",
    "build_timeout": 3600,
    "auto_cancel_pending_pipelines": "enabled",
    "group_runners_enabled": True,
    "restrict_user_defined_variables": True,
    "ci_pipeline_variables_minimum_override_role": "no_one_allowed",
    "ci_push_repository_for_job_token_allowed": False,
    "ci_allow_fork_pipelines_to_run_in_parent_project": True,
    "ci_separated_caches": True,
    "protect_merge_request_pipelines": True,
}
RUNNER: Json = {
    "description": "",
    "runner_type": "project_type",
    "status": "online",
    "paused": False,
    "tag_list": [],
    "run_untagged": True,
    "locked": False,
    "maximum_timeout": None,
    "access_level": "not_protected",
}
PROTECTED_BRANCH: Json = {"push": 40, "merge": 40, "allow_force_push": False}
PROTECTED_TAG: Json = {"create": 40}
JOB_TOKENS: Json = {"limited": True, "projects": [], "groups": []}


@dataclass
class Settings:
    """The project's settings.

    project: fields of GET /projects/:id.  runners: fields of GET /runners/:id; None lets this
    machine run every job, whatever its tags.  protected_branches: name, and access levels for push
    and merge; None protects the default branch, as in a new project.  protected_tags: name, and
    access level for create.  job_tokens: whose jobs may use the project with their own tokens: all,
    or those of the projects and groups named here.
    """

    version: str = "18.10.0"
    project: Json = field(default_factory=dict)
    runners: list[Json] | None = None
    protected_branches: list[Json] | None = None
    protected_tags: list[Json] = field(default_factory=list)
    job_tokens: Json = field(default_factory=lambda: dict(JOB_TOKENS))

    def get(self, name: str) -> Any:
        """Return a field of GET /projects/:id."""
        return (FOR_MEMBERS | FOR_MAINTAINERS | self.project)[name]

    def branches(self, default: str) -> list[Json]:
        """Return the rules for protected branches."""
        rules = self.protected_branches
        return [{"name": default, **PROTECTED_BRANCH}] if rules is None else rules


def parse_settings(data: object) -> Settings:
    """Check settings that came as JSON.

    Raises ConfigError.
    """
    fields = _known("settings", data, Settings.__dataclass_fields__)
    project = FOR_MEMBERS | FOR_MAINTAINERS
    checked: dict[str, Any] = {}
    if "version" in fields:
        checked["version"] = str(fields["version"])
    if "project" in fields:
        checked["project"] = _known("settings.project", fields["project"], project)
    if "job_tokens" in fields:
        given = _known("settings.job_tokens", fields["job_tokens"], JOB_TOKENS)
        checked["job_tokens"] = JOB_TOKENS | given
    for name, defaults in (
        ("runners", RUNNER),
        ("protected_branches", PROTECTED_BRANCH),
        ("protected_tags", PROTECTED_TAG),
    ):
        if name in fields:
            checked[name] = _rows(f"settings.{name}", fields[name], defaults)
    return Settings(**checked)


def _rows(where: str, data: object, defaults: Json) -> list[Json]:
    if not isinstance(data, list):
        raise ConfigError(where, data, "a list")
    own = "description" if defaults is RUNNER else "name"
    return [defaults | _known(f"{where}[{i}]", row, {own, *defaults}) for i, row in enumerate(data)]


def _known(where: str, data: object, names: Any) -> Json:
    if not isinstance(data, dict):
        raise ConfigError(where, data, "an object")
    for name in data.keys() - set(names):
        raise ConfigError(where, name, f"a known field: {', '.join(sorted(names))}")
    return data
