"""Every call that the API answers."""

from demo.forge.api import merge_requests, model_registry, pipelines, project, schedules, settings

ROUTES = [
    *project.ROUTES,
    *settings.ROUTES,
    *pipelines.ROUTES,
    *schedules.ROUTES,
    *merge_requests.ROUTES,
    *model_registry.ROUTES,
]
