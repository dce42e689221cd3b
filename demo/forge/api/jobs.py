"""The API's calls about jobs."""

from starlette.responses import JSONResponse, PlainTextResponse, Response

from demo.forge.api.entities.job import job as job_entity
from demo.forge.api.paging import paged
from demo.forge.api.params import PAGING
from demo.forge.api.pipelines import pipeline_of
from demo.forge.api.routing import Call, Route
from demo.forge.errors import not_found
from demo.forge.records.job import Job
from demo.forge.records.pipeline import Pipeline


def jobs(call: Call) -> Response:
    """List the jobs of a pipeline, the last first, as GitLab does."""
    parent = pipeline_of(call)
    with call.forge.state.lock:
        return paged(
            parent.jobs[::-1],
            lambda one: job_entity(call.forge, parent, one),
            params=call.params,
            url=call.url,
        )


def _job(call: Call) -> tuple[Pipeline, Job]:
    found = call.forge.state.jobs.get(call.number("job"))
    if found is None:
        raise not_found()
    return found


def job(call: Call) -> Response:
    """Describe a job."""
    return JSONResponse(job_entity(call.forge, *_job(call)))


def artifact(call: Call) -> Response:
    """Give one file of a job's artifacts; reports alone are no part of them, as in GitLab."""
    kept = call.forge.jobs.artifacts(*_job(call)) / "files"
    file = (kept / call.path["path"]).resolve()
    if not file.is_relative_to(kept.resolve()) or not file.is_file():
        raise not_found()
    return Response(file.read_bytes(), media_type="application/octet-stream")


def trace(call: Call) -> Response:
    """Give a job's log so far."""
    return PlainTextResponse(call.forge.jobs.trace(*_job(call)))


ROUTES = [
    Route("GET", "/projects/:id/pipelines/:pipeline/jobs", jobs, fields=PAGING, jobs=True),
    Route("GET", "/projects/:id/jobs/:job", job),
    Route("GET", "/projects/:id/jobs/:job/trace", trace),
    Route("GET", "/projects/:id/jobs/:job/artifacts/*path", artifact, jobs=True),
]
