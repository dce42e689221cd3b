"""The calls to GitLab that CML does not make, over the standard library alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterator
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from perennial.gitlab.refusal import SILENCE, no_scope, sentence
from training.errors import GitLabRefused
from training.gitlab import note

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Note:
    """A note of the merge request."""

    id: int
    author: int
    body: str


class Client:
    """A merge request. Every method raises GitLabRefused with what was asked and why not."""

    def __init__(self, api: str, token: str, *, project: str, iid: int) -> None:
        """api: the address that ends with /api/v4.  project: its number or path."""
        self._api = api.rstrip("/")
        self._token = token
        self._request = f"/projects/{quote(project, safe='')}/merge_requests/{iid}"
        self._iid = iid

    def owner(self) -> int:
        """Return the number of the user that the token stands for, if it may write.

        CML itself would say no more than "Forbidden", and only after its first uploads.
        """
        found, _ = self._call("ask who the token is", "GET", "/personal_access_tokens/self")
        if "api" not in found["scopes"]:
            raise GitLabRefused(f"the token has {', '.join(found['scopes'])} only; {no_scope()}")
        return int(found["user_id"])

    def description(self) -> str:
        """Return the merge request's description."""
        found, _ = self._call(f"read merge request !{self._iid}", "GET", self._request)
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
        return [Note(one["id"], one["author"]["id"], one["body"]) for one in found], following

    def write(self, body: str, *, over: Note) -> None:
        """Give a note another text."""
        action, path = f"write a note on merge request !{self._iid}", f"notes/{over.id}"
        self._call(action, "PUT", f"{self._request}/{path}", {"body": body})

    def delete(self, note: Note) -> None:
        """Take a note away."""
        action = f"delete a note of merge request !{self._iid}"
        self._call(action, "DELETE", f"{self._request}/notes/{note.id}")

    def _call(
        self, action: str, method: str, path: str, fields: dict[str, str] | None = None
    ) -> tuple[Any, str]:
        """Return the answer's JSON, and the number of the page that follows, if any."""
        data = urlencode(fields).encode() if fields else None
        headers = {"PRIVATE-TOKEN": self._token, "User-Agent": "perennial"}
        request = Request(self._api + path, data, headers, method=method)
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                content = answer.read()
                return json.loads(content or b"null"), answer.headers.get("X-Next-Page", "")
        except HTTPError as error:
            reason = _reason(error.read()) or error.reason
            raise GitLabRefused(sentence(action, error.code, reason)) from error
        except (URLError, OSError) as error:
            reason = str(getattr(error, "reason", error))
            raise GitLabRefused(sentence(f"{action} at {self._api}", SILENCE, reason)) from error
        except ValueError as error:
            raise GitLabRefused(
                f"{action}: {self._api} answered without JSON, expected GitLab's API there"
            ) from error


def _reason(content: bytes) -> str:
    """Return GitLab's own word for a refusal, if there is one."""
    try:
        found = json.loads(content)
    except ValueError:
        return ""
    return str(found.get("message") or found.get("error") or "") if isinstance(found, dict) else ""


def reports(notes: Iterator[Note] | list[Note], task: str, author: int) -> list[Note]:
    """Return those of the notes that are an author's reports of a task."""
    return [one for one in notes if one.author == author and note.is_report(one.body, task)]
