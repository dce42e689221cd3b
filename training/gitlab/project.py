"""The few calls to GitLab that jobs make, with errors that say what is missing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gitlab
import requests
from gitlab.exceptions import GitlabError

from perennial.gitlab.refusal import SILENCE, TOKEN, TOKEN_IS, sentence
from training.errors import GitLabRefused
from training.gitlab.environment import variable

TIMEOUT_SECONDS = 30
SET_BY = "as GitLab sets it in every job"
# What GitLab answers while it still checks whether a merge request can merge.
CHECKING = (405, 406, 422)


class StillChecking(GitLabRefused):
    """GitLab does not know yet whether the merge request can merge, or it cannot."""


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


def connect(environment: Mapping[str, str]) -> "Project":
    """Return the project that a job's environment names; nothing is sent yet.

    Raises MissingVariable.
    """
    token = variable(environment, TOKEN, TOKEN_IS)
    client = client_of(environment, private_token=token, retry_transient_errors=True)
    return Project(client, project_of(environment))


def client_of(environment: Mapping[str, str], **options: Any) -> gitlab.Gitlab:
    """Return a client of the GitLab whose job this is; options: the token, and python-gitlab's.

    Raises MissingVariable.
    """
    return gitlab.Gitlab(
        variable(environment, "CI_API_V4_URL", SET_BY).removesuffix("/").removesuffix("/api/v4"),
        timeout=TIMEOUT_SECONDS,
        keep_base_url=True,
        user_agent="perennial",
        **options,
    )


def project_of(environment: Mapping[str, str]) -> str:
    """Return the number of the job's project. Raises MissingVariable."""
    return variable(environment, "CI_PROJECT_ID", SET_BY)


class Project:
    """A project on GitLab. Every method raises GitLabRefused with what was asked and why not."""

    def __init__(self, client: gitlab.Gitlab, identifier: str) -> None:
        self._client = client
        self._project = client.projects.get(identifier, lazy=True)

    def upload(self, file: Path) -> str:
        """Keep a file with the project and return the address that Markdown of it may use."""
        with _refusals(f"upload {file.name} of {file.stat().st_size:,} bytes"):
            return str(self._project.upload(file.name, filepath=str(file))["url"])

    def description(self, iid: int) -> str:
        """Return a merge request's description."""
        with _refusals(f"read merge request !{iid}"):
            return self._project.mergerequests.get(iid).description or ""

    def own_notes(self, iid: int) -> Iterator[Note]:
        """Yield every note that this token wrote on a merge request, oldest first."""
        with _refusals(f"read the notes of merge request !{iid}"):
            self._client.auth()
            assert self._client.user is not None
            own = self._client.user.id
            merge_request = self._project.mergerequests.get(iid, lazy=True)
            for note in merge_request.notes.list(iterator=True, per_page=100, sort="asc"):
                if note.author["id"] == own and not note.system:
                    yield Note(note.id, note.body)

    def write_note(self, iid: int, body: str, *, over: Note | None) -> None:
        """Write a note on a merge request, or over an earlier one."""
        notes = self._project.mergerequests.get(iid, lazy=True).notes
        with _refusals(f"write a note on merge request !{iid}"):
            if over is not None:
                notes.update(over.id, {"body": body})
            else:  # sent once: a second try could write a second note
                notes.create({"body": body}, retry_transient_errors=False)

    def delete_note(self, iid: int, note: Note) -> None:
        """Take a note away."""
        with _refusals(f"delete a note of merge request !{iid}"):
            self._project.mergerequests.get(iid, lazy=True).notes.delete(note.id)

    def merge_requests(self, *, source: str, target: str, state: str) -> list[MergeRequest]:
        """Return the merge requests between two branches, newest first."""
        with _refusals(f"look for merge requests of {source}"):
            found = self._project.mergerequests.list(
                state=state, source_branch=source, target_branch=target, get_all=True
            )
            return [_merge_request(one) for one in found]

    def open(self, *, source: str, target: str, title: str, description: str) -> MergeRequest:
        """Open a merge request whose branch goes when it merges."""
        wish = {
            "source_branch": source,
            "target_branch": target,
            "title": title,
            "description": description,
            "remove_source_branch": True,
        }
        with _refusals(f"open a merge request for {source}"):
            opened = self._project.mergerequests.create(wish, retry_transient_errors=False)
            return _merge_request(opened)

    def describe(self, request: MergeRequest, *, title: str, description: str) -> None:
        """Give an open merge request another title and description."""
        with _refusals(f"update merge request !{request.iid}"):
            self._project.mergerequests.update(
                request.iid, {"title": title, "description": description}
            )

    def has_pipeline(self, iid: int, sha: str) -> bool:
        """Return whether a merge request is at this commit and has a pipeline for it.

        Its pipelines' own commits say less: a merged-results pipeline runs on another one.
        """
        with _refusals(f"read merge request !{iid}"):
            found = self._project.mergerequests.get(iid)
            return found.sha == sha and found.head_pipeline is not None

    def merge_when_checked(self, iid: int, sha: str) -> None:
        """Merge as soon as the pipeline of this commit has succeeded.

        Raises StillChecking where GitLab does not accept that yet.
        """
        merge_request = self._project.mergerequests.get(iid, lazy=True)
        with _refusals(f"merge merge request !{iid}"):
            merge_request.merge(
                should_remove_source_branch=True,
                merge_when_pipeline_succeeds=True,  # its name up to GitLab 17.10
                auto_merge="true",
                sha=sha,
            )


def _merge_request(found: Any) -> MergeRequest:
    return MergeRequest(found.iid, found.web_url, found.sha)


@contextmanager
def _refusals(action: str) -> Iterator[None]:
    """Turn the client's errors into ours."""
    try:
        yield
    except GitlabError as error:
        code = error.response_code or SILENCE
        kind = StillChecking if code in CHECKING else GitLabRefused
        raise kind(sentence(action, code, error.error_message)) from error
    except requests.RequestException as error:
        raise GitLabRefused(sentence(action, SILENCE, str(error))) from error
