"""The page of a merge request, images included."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from demo.forge.git.repository import Commit, FileChange
from demo.forge.pages.layout import badge, page, pipeline_card, when
from demo.forge.pages.markdown import ImageSource, to_html
from demo.forge.records.merge_request import MergeRequest, Note
from demo.forge.records.pipeline import Pipeline


@dataclass(frozen=True)
class MergeRequestView:
    """Everything that the page of a merge request shows."""

    project: str
    request: MergeRequest
    pipelines: Sequence[Pipeline]
    commits: Sequence[Commit]
    changes: Sequence[FileChange]
    image: ImageSource


def merge_request_page(view: MergeRequestView) -> str:
    """Return the page."""
    request = view.request
    title = f"{request.title} (!{request.iid})"
    body = [
        f"<h1>{escape(request.title)} <small>!{request.iid}</small></h1>",
        _summary(request),
        "<h2>Report</h2>",
        f'<div class="card text">{to_html(request.description, view.image)}</div>',
        f"<h2>Pipelines <span class=faint>{len(view.pipelines)}</span></h2>",
        *(pipeline_card(view.project, pipeline) for pipeline in view.pipelines),
        *([] if view.pipelines else ['<div class="card faint">No pipeline has run.</div>']),
        "<h2>Activity</h2>",
        *(_note(note, view.image) for note in request.notes),
        *_ending(request),
        f"<h2>Commits <span class=faint>{len(view.commits)}</span></h2>",
        _commits(view.commits),
        f"<h2>Changes <span class=faint>{len(view.changes)}</span></h2>",
        _changes(view.changes),
    ]
    return page(title, view.project, body)


def _summary(request: MergeRequest) -> str:
    state = "auto-merge" if request.auto_merge else request.state
    kind = "warning" if request.auto_merge else request.state
    draft = f" {badge('draft', 'warning')}" if request.draft else ""
    return (
        f"<p>{badge(state, kind)}{draft} <b>{escape(request.author.name)}</b> requested to merge "
        f"<span class=branch>{escape(request.source_branch)}</span> into "
        f"<span class=branch>{escape(request.target_branch)}</span> "
        f"<span class=faint>· {when(request.created_at)}</span></p>"
    )


def _ending(request: MergeRequest) -> list[str]:
    if request.state != "merged" or request.merged_by is None or request.merged_at is None:
        return [] if request.notes else ['<div class="system">No activity.</div>']
    sha = (request.merge_commit_sha or request.sha)[:8]
    return [
        f'<div class="system">{badge("merged")} by <b>{escape(request.merged_by.name)}</b> as '
        f"<span class=sha>{sha}</span> · {when(request.merged_at)}</div>"
    ]


def _note(note: Note, image: ImageSource) -> str:
    who = f"<b>{escape(note.author.name)}</b>"
    if note.system:
        at = when(note.created_at)
        return f'<div class="system">{who} {escape(note.body)} · {at}</div>'
    edited = " · edited" if note.updated_at != note.created_at else ""
    return (
        f'<div class="card note"><div class=who>{who} · {when(note.created_at)}{edited}</div>'
        f'<div class="text">{to_html(note.body, image)}</div></div>'
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
