"""All checks, in the order in which a project is set up."""

from training.gitlab.project_check import (
    access,
    approvals,
    deployment,
    environments,
    job_tokens,
    runners,
    settings,
    tokens,
    variables,
)
from training.gitlab.project_check.check import Check, CheckResult, run_check
from training.gitlab.project_check.facts import Facts

CHECKS = (
    Check("GitLab's version", "version-and-tier", settings.version),
    Check("features", "push-the-repository", settings.features),
    Check("container registry", "push-the-repository", settings.container_registry),
    Check("pipeline file", "push-the-repository", settings.pipeline_file),
    Check("default branch", "branches-and-tags", access.default_branch),
    Check("who may merge", "branches-and-tags", access.merging),
    Check("retrain branches", "branches-and-tags", access.retrain_branches),
    Check("tags", "branches-and-tags", access.tags),
    Check("REPO_TOKEN, the variable", "the-jobs-tokens", variables.repo_token_variable),
    Check("REPO_TOKEN of merge requests", "the-jobs-tokens", tokens.merge_requests),
    Check("REPO_TOKEN of main's jobs", "the-jobs-tokens", tokens.mains_jobs),
    Check("DVC_REMOTE_URL", "variables", variables.dvc_remote),
    Check("DVC_REVIEW_URL", "variables", environments.review_remote),
    Check("credentials of the remote", "variables", environments.credentials, of_groups=True),
    Check("PERENNIAL_DATABASE_URL", "variables", variables.database),
    Check("deployment", "variables", deployment.deployment),
    Check("what pipelines set", "variables", deployment.overridden, of_groups=True),
    Check("environments", "who-sees-what", environments.scopes, of_groups=True),
    Check("protected variables", "who-sees-what", environments.protected, of_groups=True),
    Check("secrets", "who-sees-what", variables.secrets, of_groups=True),
    Check("files", "who-sees-what", variables.files, of_groups=True),
    Check("values with a $", "who-sees-what", variables.expansion),
    Check("protected merge requests", "who-sees-what", settings.protected_requests),
    Check("images", "runners", variables.images),
    Check("switches", "variables", variables.words),
    Check("runner that trains", "runners", runners.training),
    Check("runner that deploys", "runners", runners.deploying),
    Check("runner for the rest", "runners", runners.other_jobs),
    Check("GPU for training only", "runners", runners.gpu_for_training),
    Check("merging", "merge-requests", settings.merging),
    Check("skipped pipelines", "merge-requests", settings.skipped),
    Check("approvals", "merge-requests", approvals.approvals),
    Check("forks", "merge-requests", settings.forks),
    Check("redundant pipelines", "pipelines", settings.cancelling),
    Check("timeout", "pipelines", settings.timeout),
    Check("caches", "pipelines", settings.caches),
    Check("job token", "pipelines", job_tokens.push),
    Check("job token allowlist", "pipelines", job_tokens.allowlist),
    Check("visibility", "pipelines", settings.visibility),
    Check("trigger token", "trigger-and-relay", access.trigger),
    Check("pipeline variables", "trigger-and-relay", access.variables_role),
    Check("schedule", "schedule", settings.schedule),
    Check("model registry", "model-registry", settings.model_registry),
)


def check_project(facts: Facts) -> list[CheckResult]:
    """Return the result of every check."""
    return [run_check(check, facts) for check in CHECKS]
