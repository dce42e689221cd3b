"""The project's page: its merge requests and pipelines."""

from collections.abc import Sequence
from html import escape

from demo.forge.pages.layout import badge, link, page, pipeline_card, when
from demo.forge.records.merge_request import MergeRequest
from demo.forge.records.pipeline import Pipeline


def project_page(
    project: str,
    clone: str,
    requests: Sequence[MergeRequest],
    pipelines: Sequence[Pipeline],
) -> str:
    """Return the page; clone: the command that clones the repository."""
    rows = [
        f"<tr><td>{badge(one.state)}</td>"
        f"<td>{link(project, 'merge_requests', one.iid, one.title)}"
        f' <span class=faint>!{one.iid}</span></td><td class="number faint">'
        f"{when(one.created_at)}</td></tr>"
        for one in requests
    ]
    body = [
        f"<h1>{escape(project)}</h1>",
        f"<p class=faint>Clone with <code>{escape(clone)}</code> and an access token.</p>",
        f"<h2>Merge requests <span class=faint>{len(rows)}</span></h2>",
        f'<div class="card"><table class=list>{"".join(rows)}</table></div>',
        f"<h2>Pipelines <span class=faint>{len(pipelines)}</span></h2>",
        *(pipeline_card(project, one) for one in pipelines),
    ]
    return page(project, project, body)
