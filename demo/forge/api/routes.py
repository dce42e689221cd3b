"""Every call that the API answers."""

from demo.forge.api import (
    ci_lint,
    credentials,
    job_tokens,
    jobs,
    merge_requests,
    model_registry,
    notes,
    pipelines,
    project,
    protection,
    runners,
    schedules,
    variables,
)

ROUTES = [
    *project.ROUTES,
    *credentials.ROUTES,
    *variables.ROUTES,
    *runners.ROUTES,
    *protection.ROUTES,
    *job_tokens.ROUTES,
    *ci_lint.ROUTES,
    *pipelines.ROUTES,
    *jobs.ROUTES,
    *schedules.ROUTES,
    *merge_requests.ROUTES,
    *notes.ROUTES,
    *model_registry.ROUTES,
]
