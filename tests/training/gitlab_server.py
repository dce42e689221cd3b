"""A small GitLab over real HTTP that remembers its requests: the real client meets it."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests import http_server
from tests.http_server import Call, Reply

TOKEN = "the-token"
BOT = 7
Json = Any


@dataclass
class GitLab:
    """What the server holds, and how it should misbehave.

    refusals: statuses of the next answers to a merge.  broken: a status for every answer.
    pipelines_after: times that a merge request is asked for before it has a pipeline.
    """

    url: str = ""
    calls: list[str] = field(default_factory=list)
    notes: list[dict[str, Json]] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)
    requests: list[dict[str, Json]] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    pipelines_after: int = 0
    broken: int = 0
    head: str = ""
    description: str = ""

    def environment(self, **more: str) -> dict[str, str]:
        """Return the variables of a job."""
        given = {
            "CI_API_V4_URL": f"{self.url}/api/v4",
            "CI_PROJECT_ID": "1",
            "CI_DEFAULT_BRANCH": "main",
            "CI_MERGE_REQUEST_IID": "3",
            "REPO_TOKEN": TOKEN,
        }
        return given | more

    def say(self, body: str, *, author: int = BOT, system: bool = False) -> None:
        """Put a note on merge request 3."""
        number = len(self.notes) + 1
        note = {"id": number, "body": body, "author": {"id": author}, "system": system}
        self.notes.append(note)

    def received(self, start: str) -> list[str]:
        """Return the calls that begin with `start`."""
        return [call for call in self.calls if call.startswith(start)]

    def reply(self, call: Call) -> Reply:
        """Answer a call, a page of a list at a time."""
        parts = urlsplit(call.target)
        query = dict(parse_qsl(parts.query))
        self.calls.append(f"{call.method} {parts.path.removeprefix('/api/v4')}")
        if call.headers.get("PRIVATE-TOKEN") != TOKEN:
            return Reply(401, {"message": "401 Unauthorized"})
        status, document = self._answer(call.method, parts.path, query, call.body)
        if isinstance(document, list):
            page, headers = _page(document, query, f"{self.url}{parts.path}")
            return Reply(status, page, headers)
        return Reply(status, document)

    def _answer(
        self, method: str, path: str, query: dict[str, str], body: bytes
    ) -> tuple[int, Json]:
        if self.broken:
            return self.broken, {"message": f"{self.broken} says the server"}
        path = path.removeprefix("/api/v4").removeprefix("/projects/1")
        if path == "/user":
            return 200, {"id": BOT, "username": "bot"}
        if path == "/uploads":
            self.uploads.append(body)
            name = re.search(rb'filename="([^"]+)"', body)
            assert name is not None
            return 201, {"url": f"/uploads/{len(self.uploads)}/{name[1].decode()}"}
        data = json.loads(body) if body else {}
        if match := re.fullmatch(r"/merge_requests/3/notes(?:/(\d+))?", path):
            return self._notes(method, match[1], data)
        return self._merge_requests(method, path.removeprefix("/merge_requests"), query, data)

    def _notes(self, method: str, number: str | None, data: Json) -> tuple[int, Json]:
        if method == "POST":
            self.say(data["body"])
            return 201, self.notes[-1]
        if method == "PUT":
            note = self.notes[int(number or 0) - 1]
            if note["author"]["id"] != BOT:
                return 403, {"message": "403 Forbidden"}
            note["body"] = data["body"]
            return 200, note
        if method == "DELETE":
            self.notes[:] = [note for note in self.notes if str(note["id"]) != number]
            return 204, None
        return 200, self.notes

    def _merge_requests(
        self, method: str, path: str, query: dict[str, str], data: Json
    ) -> tuple[int, Json]:
        if method == "POST":
            number = len(self.requests) + 1
            url = f"{self.url}/mr/{number}"
            opened = {"iid": number, "state": "opened", "web_url": url, "sha": self.head}
            self.requests.append(opened | data)
            return 201, self.requests[-1]
        if method == "GET" and path == "":
            names = ("state", "source_branch", "target_branch")
            found = [r for r in self.requests if all(r[name] == query[name] for name in names)]
            return 200, found
        if path == "/3" and len(self.requests) < 3:  # the one that jobs run for
            return 200, {"iid": 3, "description": self.description}
        request = self.requests[int(path.split("/")[1]) - 1]
        if method == "GET":
            self.pipelines_after -= 1
            pipeline = None if self.pipelines_after >= 0 else {"id": 1}
            return 200, request | {"sha": self.head, "head_pipeline": pipeline}
        if path.endswith("/merge") and self.refusals:
            return self.refusals.pop(0), {"message": "405 Method Not Allowed"}
        request |= data | query
        return 200, request


def _page(found: list[Json], query: dict[str, str], url: str) -> tuple[list[Json], dict[str, str]]:
    """Return one page and GitLab's headers that lead to the next."""
    page, size = int(query.get("page", 1)), int(query.get("per_page", 20))
    headers = {"X-Page": str(page), "X-Per-Page": str(size)}
    if page * size < len(found):
        more = "&".join(f"{k}={v}" for k, v in (query | {"page": str(page + 1)}).items())
        headers["Link"] = f'<{url}?{more}>; rel="next"'
    return found[(page - 1) * size : page * size], headers


@contextmanager
def serving() -> Iterator[GitLab]:
    """Run a server on a free port."""
    gitlab = GitLab()
    with http_server.serving(gitlab.reply) as gitlab.url:
        yield gitlab
