"""All checks, in the order in which a project is set up."""

from training.gitlab.project_check import access, deployment, runners, settings, variables
from training.gitlab.project_check.check import Check, CheckResult, run_check
from training.gitlab.project_check.facts import Facts

CHECKS = (
    Check("GitLab's version", "version-and-tier", settings.version),
    Check("features", "push-the-repository", settings.features),
    Check("default branch", "branches-and-tags", access.default_branch),
    Check("pipeline file", "push-the-repository", settings.pipeline_file),
    Check("REPO_TOKEN, the variable", "the-jobs-token", variables.repo_token_variable),
    Check("REPO_TOKEN, the token", "the-jobs-token", access.repo_token),
    Check("DVC_REMOTE_URL", "variables", variables.dvc_remote),
    Check("PERENNIAL_DATABASE_URL", "variables", variables.database),
    Check("deployment", "variables", deployment.deployment),
    Check("what pipelines set", "variables", deployment.overridden),
    Check("secrets", "masked-protected-file", variables.secrets),
    Check("files", "masked-protected-file", variables.files),
    Check("values with a $", "masked-protected-file", variables.expansion),
    Check("switches", "variables", variables.words),
    Check("runner that trains", "runners", runners.training),
    Check("runner for the rest", "runners", runners.other_jobs),
    Check("GPU for training only", "runners", runners.gpu_for_training),
    Check("merging", "merge-requests", settings.merging),
    Check("skipped pipelines", "merge-requests", settings.skipped),
    Check("redundant pipelines", "pipelines", settings.cancelling),
    Check("timeout", "pipelines", settings.timeout),
    Check("job token", "pipelines", settings.job_token),
    Check("visibility", "pipelines", settings.visibility),
    Check("tags", "branches-and-tags", access.tags),
    Check("trigger token", "trigger-and-relay", access.trigger),
    Check("pipeline variables", "trigger-and-relay", access.variables_role),
    Check("schedule", "schedule", settings.schedule),
    Check("model registry", "model-registry", settings.model_registry),
)


def check_project(facts: Facts) -> list[CheckResult]:
    """Return the result of every check."""
    return [run_check(check, facts) for check in CHECKS]
