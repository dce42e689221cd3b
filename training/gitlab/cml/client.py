"""The GitLab calls that CML does not make: a merge request's description and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterator
from urllib.parse import quote, urlencode

from perennial.gitlab.errors import GitLabRefused
from perennial.gitlab.job import Job
from perennial.gitlab.plain import PlainClient
from perennial.gitlab.reading import NOT_GITLAB, reading
from perennial.gitlab.refusal import no_scope
from training.gitlab import note


@dataclass(frozen=True)
class Note:
    """A note of the merge request."""

    id: int
    author: int
    body: str


class Client:
    """A merge request. Every method raises GitLabRefused, which names the call and the reason."""

    def __init__(self, job: Job) -> None:
        self._call = PlainClient(job.api, job.token, ca_file=job.ca_file).call
        self._iid = job.merge_request
        project = quote(job.target_project, safe="")
        self._request = f"/projects/{project}/merge_requests/{self._iid}"

    def owner(self) -> int:
        """Return the id of the token's user; the token must be allowed to write.

        CML itself would only print "Forbidden", after its first uploads.
        """
        action = "look up the token"
        found, _ = self._call(action, "GET", "/personal_access_tokens/self")
        with reading(f"{action}: {NOT_GITLAB}"):
            scopes, user = list(found["scopes"]), int(found["user_id"])
        if "api" not in scopes:
            names = ", ".join(scopes)
            raise GitLabRefused(f"the token's only scopes are {names}; {no_scope()}")
        return user

    def description(self) -> str:
        """Return the merge request's description."""
        action = f"read merge request !{self._iid}"
        found, _ = self._call(action, "GET", self._request)
        with reading(f"{action}: {NOT_GITLAB}"):
            return found["description"] or ""

    def newest(self, count: int) -> list[Note]:
        """Return the newest notes, newest first."""
        return self._page(per_page=count, page="1")[0]

    def notes(self) -> Iterator[Note]:
        """Yield all notes, oldest first."""
        page = "1"
        while page:
            found, page = self._page(per_page=100, page=page, sort="asc")
            yield from found

    def _page(self, **query: str | int) -> tuple[list[Note], str]:
        action = f"read the notes of merge request !{self._iid}"
        path = f"{self._request}/notes?{urlencode(query)}"
        found, following = self._call(action, "GET", path)
        with reading(f"{action}: {NOT_GITLAB}"):
            notes = [Note(one["id"], one["author"]["id"], one["body"]) for one in found]
        return notes, following

    def write(self, body: str, *, over: Note) -> None:
        """Replace the text of a note."""
        action, path = f"write a note on merge request !{self._iid}", f"notes/{over.id}"
        self._call(action, "PUT", f"{self._request}/{path}", {"body": body})

    def delete(self, note: Note) -> None:
        """Delete a note."""
        action = f"delete a note of merge request !{self._iid}"
        self._call(action, "DELETE", f"{self._request}/notes/{note.id}")


def reports(notes: Iterator[Note] | list[Note], task: str, author: int) -> list[Note]:
    """Return the notes that are an author's reports of a task."""
    return [one for one in notes if one.author == author and note.is_report(one.body, task)]
