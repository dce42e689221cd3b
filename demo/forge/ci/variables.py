"""The predefined variables of a pipeline and of its jobs."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from demo.forge.access import Access
from demo.forge.configuration import Config
from demo.forge.git.repository import Commit
from demo.forge.records.job import Job
from demo.forge.records.merge_request import MergeRequest
from demo.forge.records.pipeline import Pipeline

# What gitlab-ci-local would set although GitLab does not, or not always.
NOT_GITLABS = (
    "CI_COMMIT_BRANCH", "CI_COMMIT_TAG", "CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX",
    "CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX", "CI_DEPENDENCY_PROXY_SERVER",
    "CI_DEPENDENCY_PROXY_USER", "CI_REGISTRY", "CI_REGISTRY_IMAGE", "CI_TEMPLATE_REGISTRY_HOST",
    "FF_DISABLE_UMASK_FOR_DOCKER_EXECUTOR",
)  # fmt: skip
ENVIRONMENT = tuple(f"CI_ENVIRONMENT_{part}" for part in ("ACTION", "NAME", "SLUG", "TIER", "URL"))
_REFERENCE = re.compile(r"(\$\$)|\$\{([a-zA-Z_]\w*)\}|\$([a-zA-Z_]\w*)")


def expand(text: str, variables: Mapping[str, str], *, depth: int = 10) -> str:
    """Return the text with `$NAME` and `${NAME}` replaced; an unknown one becomes empty.

    >>> expand("deploy $SHA ${WHAT}$$5", {"SHA": "abc", "WHAT": "of $SHA"})
    'deploy abc of abc$5'
    """

    def value(match: re.Match[str]) -> str:
        if match[1]:
            return "$"
        found = variables.get(match[2] or match[3], "")
        return expand(found, variables, depth=depth - 1) if depth > 0 else found

    return _REFERENCE.sub(value, text)


def literal(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with every `$` protected from expansion."""
    return {name: value.replace("$", "$$") for name, value in variables.items()}


def slug(ref: str) -> str:
    """Return a ref as GitLab writes it in host names.

    >>> slug("retrain/digits-01")
    'retrain-digits-01'
    """
    return re.sub(r"[^a-z0-9]", "-", ref.lower())[:63].strip("-")


def is_protected(pipeline: Pipeline, access: Access, config: Config) -> bool:
    """Tell whether a pipeline sees protected variables and may use protected runners.

    That of a merge request does where the setting allows it, both of its branches are protected,
    and whoever started it may change both.
    Source: Ci::Pipeline#protected_ref? and #protected_for_merge_request? of GitLab.
    """
    if pipeline.tag:
        return access.protects_tag(pipeline.ref)
    if pipeline.merge_request is None:
        return access.protects_branch(pipeline.ref)
    return bool(config.settings.get("protect_merge_request_pipelines")) and all(
        access.protects_branch(branch) and access.may_update(pipeline.user, branch)
        for branch in (pipeline.ref, pipeline.target or "")
    )


def pipeline_variables(
    pipeline: Pipeline, access: Access, config: Config, *, url: str, commit: Commit
) -> dict[str, str]:
    """Return the predefined variables that are known when a pipeline is created."""
    ref = pipeline.ref
    sha = pipeline.sha
    variables = {
        **_server(url),
        **_project(config, url),
        "CI": "true",
        "GITLAB_CI": "true",
        "CI_CONFIG_PATH": ".gitlab-ci.yml",
        "CI_COMMIT_SHA": sha,
        "CI_COMMIT_SHORT_SHA": sha[:8],
        "CI_COMMIT_BEFORE_SHA": pipeline.before_sha,
        "CI_COMMIT_REF_NAME": ref,
        "CI_COMMIT_REF_SLUG": slug(ref),
        "CI_COMMIT_REF_PROTECTED": str(is_protected(pipeline, access, config)).lower(),
        "CI_COMMIT_MESSAGE": commit.message,
        "CI_COMMIT_TITLE": commit.title,
        "CI_COMMIT_DESCRIPTION": commit.message.partition("\n\n")[2],
        "CI_COMMIT_TIMESTAMP": commit.committed_at,
        "CI_COMMIT_AUTHOR": f"{commit.author_name} <{commit.author_email}>",
        "CI_PIPELINE_ID": str(pipeline.id),
        "CI_PIPELINE_IID": str(pipeline.iid),
        "CI_PIPELINE_URL": f"{url}/{config.project}/-/pipelines/{pipeline.id}",
        "CI_PIPELINE_SOURCE": pipeline.source,
        "CI_PIPELINE_CREATED_AT": pipeline.created_at.isoformat(timespec="seconds"),
        "GITLAB_USER_ID": str(config.user_id(pipeline.user)),
        "GITLAB_USER_LOGIN": pipeline.user.name,
        "GITLAB_USER_NAME": pipeline.user.name,
        "GITLAB_USER_EMAIL": f"{pipeline.user.name}@noreply.localhost",
    }
    if pipeline.tag:
        variables["CI_COMMIT_TAG"] = ref
    elif pipeline.merge_request is None:
        variables["CI_COMMIT_BRANCH"] = ref
    if pipeline.source == "trigger":
        variables["CI_PIPELINE_TRIGGERED"] = "true"
    return variables


def merge_request_variables(
    request: MergeRequest, access: Access, config: Config, *, url: str, base: str
) -> dict[str, str]:
    """Return the further variables of a merge request's pipeline."""
    project = f"{url}/{config.project}"
    path, number = config.project, config.project_id
    if request.fork is not None:
        path, number = request.fork, config.fork_id(request.fork)
    prefix = "CI_MERGE_REQUEST_"
    values = {
        "ID": str(request.id),
        "IID": str(request.iid),
        "REF_PATH": f"refs/merge-requests/{request.iid}/head",
        "PROJECT_ID": str(config.project_id),
        "PROJECT_PATH": config.project,
        "PROJECT_URL": project,
        "SOURCE_PROJECT_ID": str(number),
        "SOURCE_PROJECT_PATH": path,
        "SOURCE_PROJECT_URL": f"{url}/{path}",
        "SOURCE_BRANCH_NAME": request.source_branch,
        "SOURCE_BRANCH_PROTECTED": str(access.protects_branch(request.source_branch)).lower(),
        "SOURCE_BRANCH_SHA": "",  # as in GitLab, where only merged-results pipelines have it
        "TARGET_BRANCH_NAME": request.target_branch,
        "TARGET_BRANCH_PROTECTED": str(access.protects_branch(request.target_branch)).lower(),
        "TARGET_BRANCH_SHA": "",
        "DIFF_BASE_SHA": base,
        "TITLE": request.title,
        "DESCRIPTION": request.description[:2700],
        "LABELS": ",".join(request.labels),
        "DRAFT": str(request.draft).lower(),
        "EVENT_TYPE": "detached",
    }
    opened = {"CI_OPEN_MERGE_REQUESTS": f"{config.project}!{request.iid}"}
    return {f"{prefix}{name}": value for name, value in values.items()} | opened


def job_variables(pipeline: Pipeline, job: Job, config: Config, *, url: str) -> dict[str, str]:
    """Return the variables of one job: its name, its token, and the address to clone from."""
    parts = urlsplit(url)
    clone = f"{parts.scheme}://gitlab-ci-token:{job.token}@{parts.netloc}/{config.project}.git"
    return {
        "CI_JOB_ID": str(job.id),
        "CI_JOB_NAME": job.spec.name,
        "CI_JOB_STAGE": job.spec.stage,
        "CI_JOB_URL": f"{url}/{config.project}/-/jobs/{job.id}",
        "CI_JOB_TOKEN": job.token,
        "CI_JOB_STATUS": "running",
        "CI_REPOSITORY_URL": clone,
    }


def _server(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    return {
        "CI_SERVER": "yes",
        "CI_SERVER_URL": url,
        "CI_SERVER_PROTOCOL": parts.scheme,
        "CI_SERVER_HOST": parts.hostname or "",
        "CI_SERVER_PORT": str(port),
        "CI_SERVER_FQDN": parts.netloc,
        "CI_SERVER_NAME": "GitLab",
        "CI_API_V4_URL": f"{url}/api/v4",
    }


def _project(config: Config, url: str) -> dict[str, str]:
    namespace, _, name = config.project.rpartition("/")
    return {
        "CI_PROJECT_ID": str(config.project_id),
        "CI_PROJECT_NAME": name,
        "CI_PROJECT_TITLE": name,
        "CI_PROJECT_PATH": config.project,
        "CI_PROJECT_PATH_SLUG": slug(config.project),
        "CI_PROJECT_NAMESPACE": namespace,
        "CI_PROJECT_ROOT_NAMESPACE": namespace.split("/")[0],
        "CI_PROJECT_URL": f"{url}/{config.project}",
        "CI_PROJECT_VISIBILITY": "private",
        "CI_DEFAULT_BRANCH": config.default_branch,
    }
