"""The calls to GitLab that jobs make, with errors that say what is missing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gitlab

from perennial.gitlab.client import connect, refusals
from perennial.gitlab.job import Job
from perennial.gitlab.reading import NOT_GITLAB, reading


@dataclass(frozen=True)
class MergeRequest:
    """A merge request of the project."""

    iid: int
    address: str
    sha: str


@dataclass(frozen=True)
class Note:
    """A note on a merge request that the token's own user wrote."""

    id: int
    body: str


def project_of(environment: Mapping[str, str], *, target: bool = False) -> "Project":
    """Return the project that a job's environment names; nothing is sent yet.

    target: the project that has the merge request, since the job may run in a fork.
    Raises MissingVariable.
    """
    job = Job(environment)
    client = connect(job.api, token=job.token, ca_file=job.ca_file, retry=True)
    return Project(client, job.target_project if target else job.project)


class Project:
    """A project on GitLab. Every method raises GitLabRefused, naming the call and the reason."""

    def __init__(self, client: gitlab.Gitlab, identifier: str) -> None:
        self._client = client
        self._project = client.projects.get(identifier, lazy=True)

    def upload(self, file: Path) -> str:
        """Upload a file to the project and return its address for the project's Markdown."""
        with _calls(f"upload {file.name} of {file.stat().st_size:,} bytes"):
            return str(self._project.upload(file.name, filepath=str(file))["url"])

    def description(self, iid: int) -> str:
        """Return a merge request's description."""
        with _calls(f"read merge request !{iid}"):
            return self._project.mergerequests.get(iid).description or ""

    def own_notes(self, iid: int) -> Iterator[Note]:
        """Yield every note that this token wrote on a merge request, oldest first."""
        with _calls(f"read the notes of merge request !{iid}"):
            self._client.auth()
            own = getattr(self._client.user, "id")
            merge_request = self._project.mergerequests.get(iid, lazy=True)
            for note in merge_request.notes.list(iterator=True, per_page=100, sort="asc"):
                if note.author["id"] == own and not note.system:
                    yield Note(note.id, note.body)

    def write_note(self, iid: int, body: str, *, over: Note | None) -> None:
        """Create a note on a merge request, or overwrite an earlier one."""
        notes = self._project.mergerequests.get(iid, lazy=True).notes
        with _calls(f"write a note on merge request !{iid}"):
            if over is not None:
                notes.update(over.id, {"body": body})
            else:  # sent once: a second try could write a second note
                notes.create({"body": body}, retry_transient_errors=False)

    def delete_note(self, iid: int, note: Note) -> None:
        """Delete a note."""
        with _calls(f"delete a note of merge request !{iid}"):
            self._project.mergerequests.get(iid, lazy=True).notes.delete(note.id)

    def merge_requests(self, *, source: str, target: str, state: str) -> list[MergeRequest]:
        """Return the merge requests between two branches, newest first."""
        with _calls(f"look for merge requests of {source}"):
            found = self._project.mergerequests.list(
                state=state, source_branch=source, target_branch=target, get_all=True
            )
            return [_merge_request(one) for one in found]

    def open(self, *, source: str, target: str, title: str, description: str) -> MergeRequest:
        """Open a merge request whose branch is deleted when it merges."""
        fields = {
            "source_branch": source,
            "target_branch": target,
            "title": title,
            "description": description,
            "remove_source_branch": True,
        }
        with _calls(f"open a merge request for {source}"):
            opened = self._project.mergerequests.create(fields, retry_transient_errors=False)
            return _merge_request(opened)

    def describe(self, request: MergeRequest, *, title: str, description: str) -> None:
        """Replace the title and description of an open merge request."""
        with _calls(f"update merge request !{request.iid}"):
            self._project.mergerequests.update(
                request.iid, {"title": title, "description": description}
            )

    def head(self, iid: int) -> tuple[str, bool]:
        """Return the commit that a merge request is at, and whether it has a pipeline.

        The pipeline's own commit may be another: a merged-results pipeline runs on the merge.
        """
        with _calls(f"read merge request !{iid}"):
            found = self._project.mergerequests.get(iid)
            return str(found.sha), found.head_pipeline is not None

    def merge_when_checked(self, iid: int, sha: str) -> None:
        """Merge as soon as the pipeline of this commit has succeeded.

        Raises GitLabRefused with the status 405, 406 or 422 if GitLab does not accept that yet.
        """
        merge_request = self._project.mergerequests.get(iid, lazy=True)
        with _calls(f"merge merge request !{iid}"):
            merge_request.merge(
                should_remove_source_branch=True,
                merge_when_pipeline_succeeds=True,  # its name up to GitLab 17.10
                auto_merge="true",
                sha=sha,
            )


@contextmanager
def _calls(action: str) -> Iterator[None]:
    with reading(f"{action}: {NOT_GITLAB}"), refusals(action):
        yield


def _merge_request(found: Any) -> MergeRequest:
    return MergeRequest(found.iid, found.web_url, found.sha)
