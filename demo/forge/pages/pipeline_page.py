"""The page of a pipeline, with the log of each job."""

import re
from collections.abc import Sequence
from html import escape

from demo.forge.pages.layout import job_badge, page, pipeline_card
from demo.forge.records.job import Job
from demo.forge.records.pipeline import Pipeline

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\r")


def pipeline_page(project: str, pipeline: Pipeline, traces: Sequence[tuple[Job, str]]) -> str:
    """Return the page; traces: each job with its log."""
    name = pipeline.name or f"Pipeline {pipeline.id}"
    errors = pipeline.yaml_errors
    body = [
        f"<h1>{escape(name)} <small>#{pipeline.id}</small></h1>",
        pipeline_card(project, pipeline),
        f'<div class="card"><pre>{escape(errors)}</pre></div>' if errors else "",
        "<h2>Jobs</h2>" if traces else "",
        *(_trace(job, text) for job, text in traces),
    ]
    return page(name, project, body)


def _trace(job: Job, text: str) -> str:
    opened = " open" if job.status in ("failed", "running") else ""
    return (
        f"<details class=card{opened}><summary>{job_badge(job)}</summary>"
        f"<pre class=trace>{escape(_ANSI.sub('', text))}</pre></details>"
    )
