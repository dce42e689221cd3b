"""A merge request, a pipeline and the project as self-contained HTML pages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import groupby
from pathlib import Path

from demo.forge.pages.markdown import ImageSource, to_html
from demo.forge.git.repository import Commit, FileChange
from demo.forge.records.state import Job, MergeRequest, Note, Pipeline

STYLE = Path(__file__).with_name("style.css")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\r")
_MARKS = {
    "success": "✓", "failed": "✗", "running": "▶", "skipped": "»", "manual": "⚙", "canceled": "⊘",
}  # fmt: skip


@dataclass(frozen=True)
class MergeRequestView:
    """Everything that the page of a merge request shows."""

    project: str
    request: MergeRequest
    pipelines: Sequence[Pipeline]
    commits: Sequence[Commit]
    changes: Sequence[FileChange]
    image: ImageSource


def render(view: MergeRequestView) -> str:
    """Return the page of a merge request, images included."""
    request = view.request
    title = f"{request.title} (!{request.iid})"
    body = [
        f"<h1>{escape(request.title)} <small>!{request.iid}</small></h1>",
        _summary(request),
        "<h2>Report</h2>",
        f'<div class="card text">{to_html(request.description, view.image)}</div>',
        f"<h2>Pipelines <span class=faint>{len(view.pipelines)}</span></h2>",
        *(_pipeline(view.project, pipeline) for pipeline in view.pipelines),
        *([] if view.pipelines else ['<div class="card faint">No pipeline has run.</div>']),
        "<h2>Activity</h2>",
        *(_note(note, view.image) for note in request.notes),
        *_ending(request),
        f"<h2>Commits <span class=faint>{len(view.commits)}</span></h2>",
        _commits(view.commits),
        f"<h2>Changes <span class=faint>{len(view.changes)}</span></h2>",
        _changes(view.changes),
    ]
    return _page(title, view.project, body)


def render_pipeline(project: str, pipeline: Pipeline, traces: Sequence[tuple[Job, str]]) -> str:
    """Return the page of a pipeline with the log of each job."""
    name = pipeline.name or f"Pipeline {pipeline.id}"
    errors = pipeline.yaml_errors
    body = [
        f"<h1>{escape(name)} <small>#{pipeline.id}</small></h1>",
        _pipeline(project, pipeline),
        f'<div class="card"><pre>{escape(errors)}</pre></div>' if errors else "",
        "<h2>Jobs</h2>" if traces else "",
        *(_trace(job, text) for job, text in traces),
    ]
    return _page(name, project, body)


def render_project(
    project: str,
    clone: str,
    requests: Sequence[MergeRequest],
    pipelines: Sequence[Pipeline],
) -> str:
    """Return the project's page: its merge requests and pipelines."""
    rows = [
        f"<tr><td>{_badge(one.state)}</td>"
        f"<td>{_link(project, 'merge_requests', one.iid, one.title)}"
        f' <span class=faint>!{one.iid}</span></td><td class="number faint">'
        f"{_when(one.created_at)}</td></tr>"
        for one in requests
    ]
    body = [
        f"<h1>{escape(project)}</h1>",
        f"<p class=faint>Clone with <code>{escape(clone)}</code> and an access token.</p>",
        f"<h2>Merge requests <span class=faint>{len(rows)}</span></h2>",
        f'<div class="card"><table class=list>{"".join(rows)}</table></div>',
        f"<h2>Pipelines <span class=faint>{len(pipelines)}</span></h2>",
        *(_pipeline(project, one) for one in pipelines),
    ]
    return _page(project, project, body)


def _page(title: str, project: str, body: Sequence[str]) -> str:
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


def _summary(request: MergeRequest) -> str:
    state = "auto-merge" if request.auto_merge else request.state
    kind = "warning" if request.auto_merge else request.state
    draft = f" {_badge('draft', 'warning')}" if request.draft else ""
    return (
        f"<p>{_badge(state, kind)}{draft} <b>{escape(request.author.name)}</b> requested to merge "
        f"<span class=branch>{escape(request.source_branch)}</span> into "
        f"<span class=branch>{escape(request.target_branch)}</span> "
        f"<span class=faint>· {_when(request.created_at)}</span></p>"
    )


def _ending(request: MergeRequest) -> list[str]:
    if request.state != "merged" or request.merged_by is None or request.merged_at is None:
        return [] if request.notes else ['<div class="system">Nothing was said.</div>']
    sha = (request.merge_commit_sha or request.sha)[:8]
    return [
        f'<div class="system">{_badge("merged")} by <b>{escape(request.merged_by.name)}</b> as '
        f"<span class=sha>{sha}</span> · {_when(request.merged_at)}</div>"
    ]


def _note(note: Note, image: ImageSource) -> str:
    who = f"<b>{escape(note.author.name)}</b>"
    if note.system:
        when = _when(note.created_at)
        return f'<div class="system">{who} {escape(note.body)} · {when}</div>'
    edited = " · edited" if note.updated_at != note.created_at else ""
    return (
        f'<div class="card note"><div class=who>{who} · {_when(note.created_at)}{edited}</div>'
        f'<div class="text">{to_html(note.body, image)}</div></div>'
    )


def _pipeline(project: str, pipeline: Pipeline) -> str:
    started, finished = pipeline.started_at, pipeline.finished_at
    seconds = (finished - started).total_seconds() if started and finished else None
    stages = [
        f"<div class=stage><span>{escape(stage)}</span>{''.join(map(_job, jobs))}</div>"
        for stage, jobs in groupby(pipeline.jobs, key=lambda job: job.spec.stage)
    ]
    return (
        f'<div class="card pipeline"><div class=head>{_badge(pipeline.status)} '
        f"{_link(project, 'pipelines', pipeline.id, pipeline.name or f'#{pipeline.id}')} "
        f"<span class=faint>{escape(pipeline.source)} · <span class=sha>{pipeline.sha[:8]}</span>"
        f"{_seconds(seconds)}</span></div>{''.join(stages)}</div>"
    )


def _job(job: Job) -> str:
    status = "warning" if job.status == "failed" and job.allowed_to_fail else job.status
    mark = "!" if status == "warning" else _MARKS.get(status, "·")
    return (
        f'<span class=job title="{escape(job.status)}"><span class="badge {status}">{mark}</span>'
        f"{escape(job.spec.name)}<span class=faint>{_seconds(job.duration)}</span></span>"
    )


def _trace(job: Job, text: str) -> str:
    opened = " open" if job.status in ("failed", "running") else ""
    return (
        f"<details class=card{opened}><summary>{_job(job)}</summary>"
        f"<pre class=trace>{escape(_ANSI.sub('', text))}</pre></details>"
    )


def _commits(commits: Sequence[Commit]) -> str:
    rows = "".join(
        f"<tr><td class=sha>{one.sha[:8]}</td><td>{escape(one.title)}</td>"
        f'<td class="number faint">{escape(one.author_name)}</td></tr>'
        for one in commits
    )
    return f'<div class="card"><table class=list>{rows}</table></div>'


def _changes(changes: Sequence[FileChange]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one.path)}</code></td><td class=number>{_lines(one)}</td></tr>"
        for one in changes
    )
    return f'<div class="card"><table class=list>{rows}</table></div>'


def _lines(change: FileChange) -> str:
    if change.added is None:
        return "<span class=faint>binary</span>"
    added = f"<span class=added>+{change.added}</span>"
    return f"{added} <span class=removed>−{change.removed}</span>"


def _badge(text: str, kind: str | None = None) -> str:
    return f'<span class="badge {escape(kind or text)}">{escape(text)}</span>'


def _link(project: str, kind: str, number: int, text: str) -> str:
    return f'<a href="/{escape(project)}/-/{kind}/{number}">{escape(text)}</a>'


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _seconds(value: float | None) -> str:
    if value is None:
        return ""
    minutes, seconds = divmod(value, 60)
    return f" · {minutes:.0f} min {seconds:.0f} s" if minutes else f" · {seconds:.1f} s"
