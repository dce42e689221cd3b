"""What every page shares: its frame, badges, links, times, and the card of a pipeline."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from pathlib import Path

from demo.forge.records.job import Job
from demo.forge.records.pipeline import Pipeline

STYLE = Path(__file__).with_name("style.css")
_MARKS = {
    "success": "✓", "failed": "✗", "running": "▶", "skipped": "»", "manual": "⚙", "canceled": "⊘",
}  # fmt: skip


def page(title: str, project: str, body: Sequence[str]) -> str:
    """Return a page."""
    home = f'<a href="/{escape(project)}"><b>{escape(project)}</b></a>'
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE.read_text()}</style></head><body>",
            f'<div class="bar">{home} · a stand-in for GitLab</div>',
            "<main>",
            *body,
            "</main></body></html>\n",
        ]
    )


def pipeline_card(project: str, pipeline: Pipeline) -> str:
    """Return the card of a pipeline, with its jobs by stage."""
    started, finished = pipeline.started_at, pipeline.finished_at
    seconds = (finished - started).total_seconds() if started and finished else None
    stages = [
        f"<div class=stage><span>{escape(stage)}</span>{''.join(map(job_badge, jobs))}</div>"
        for stage, jobs in groupby(pipeline.jobs, key=lambda job: job.spec.stage)
    ]
    return (
        f'<div class="card pipeline"><div class=head>{badge(pipeline.status)} '
        f"{link(project, 'pipelines', pipeline.id, pipeline.name or f'#{pipeline.id}')} "
        f"<span class=faint>{escape(pipeline.source)} · <span class=sha>{pipeline.sha[:8]}</span>"
        f"{duration(seconds)}</span></div>{''.join(stages)}</div>"
    )


def job_badge(job: Job) -> str:
    """Return a job as a badge with its name and its seconds."""
    status = "warning" if job.status == "failed" and job.allowed_to_fail else job.status
    mark = "!" if status == "warning" else _MARKS.get(status, "·")
    return (
        f'<span class=job title="{escape(job.status)}"><span class="badge {status}">{mark}</span>'
        f"{escape(job.spec.name)}<span class=faint>{duration(job.duration)}</span></span>"
    )


def badge(text: str, kind: str | None = None) -> str:
    """Return a status as a badge; kind: what it looks like."""
    return f'<span class="badge {escape(kind or text)}">{escape(text)}</span>'


def link(project: str, kind: str, number: int, text: str) -> str:
    """Return a link to something of the project that has a number."""
    return f'<a href="/{escape(project)}/-/{kind}/{number}">{escape(text)}</a>'


def when(moment: datetime) -> str:
    """Return a time as people read it."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def duration(value: float | None) -> str:
    """Return a duration as people read it; nothing for None."""
    if value is None:
        return ""
    minutes, seconds = divmod(value, 60)
    return f" · {minutes:.0f} min {seconds:.0f} s" if minutes else f" · {seconds:.1f} s"
