"""The forge's API refuses what GitLab refuses, in GitLab's words, and serves python-gitlab."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gitlab
import httpx
import pytest

from demo.forge.__main__ import main
from demo.forge.limits import MAX_UPLOAD
from tests.demo.forge.fixtures import (
    API,
    DEVELOPER,
    NO_SCOPE,
    PROJECT,
    READ,
    TRIGGER,
    ForgeServer,
    commit,
    git,
    running_forge,
    seed,
)

UNAUTHORIZED = {"message": "401 Unauthorized"}
NO_PROJECT = {"message": "404 Project Not Found"}
MERGE_REQUEST = {"source_branch": "topic", "target_branch": "main", "title": "A topic"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """A forge whose repository has two branches, one merge request and no pipeline's file."""
    with running_forge(tmp_path_factory.mktemp("forge")) as running:
        clone = seed(running, {"README.md": "Read me.\n", "docs/a b.txt": "content\n"})
        git(clone, "checkout", "--quiet", "-b", "topic")
        commit(clone, {"topic.txt": "a topic\n"}, "Start a topic")
        git(clone, "push", "--quiet", "origin", "topic")
        running.project("POST", "/merge_requests", json=MERGE_REQUEST)
        yield running


@pytest.mark.parametrize(
    ("method", "path", "token", "status", "body"),
    [
        ("GET", "/version", None, 401, UNAUTHORIZED),
        ("GET", "/projects/1", "wrong", 401, UNAUTHORIZED),
        ("GET", "/projects/1", TRIGGER, 401, UNAUTHORIZED),
        ("POST", "/projects/1/merge_requests", None, 401, UNAUTHORIZED),
        ("GET", "/projects/1", None, 404, NO_PROJECT),
        ("GET", "/projects/2", API, 404, NO_PROJECT),
        ("GET", "/projects/perennial%2Fother", API, 404, NO_PROJECT),
        ("GET", "/projects/1/issues", API, 404, {"error": "404 Not Found"}),
        ("DELETE", "/projects/1", API, 405, {"error": "405 Not Allowed"}),
        ("GET", "/projects/1/merge_requests/9", API, 404, {"message": "404 Not found"}),
        ("GET", "/projects/1/merge_requests/x", API, 404, {"message": "404 Not found"}),
        (
            "GET",
            "/projects/1/merge_requests/9/notes",
            API,
            404,
            {"message": "404 MergeRequest Not Found"},
        ),
        (
            "GET",
            "/projects/1/merge_requests/1/notes/99",
            API,
            404,
            {"message": "404 Not found"},
        ),
        ("GET", "/projects/1/pipelines/99", API, 404, {"message": "404 Not found"}),
        ("GET", "/projects/1/jobs/99/trace", API, 404, {"message": "404 Not found"}),
        ("GET", "/projects/1/repository/branches/x", API, 404, {"message": "404 Branch Not Found"}),
        ("GET", "/projects/1/repository/files/x/raw", API, 404, {"message": "404 File Not Found"}),
        ("PUT", "/projects/1/merge_requests/1/merge", DEVELOPER, 401, UNAUTHORIZED),
    ],
)
def test_a_call_is_refused_as_gitlab_refuses_it(
    server: ForgeServer,
    method: str,
    path: str,
    token: str | None,
    status: int,
    body: dict[str, str],
) -> None:
    """Unknown tokens, paths and numbers get GitLab's status and JSON."""
    answer = server.call(method, path, token)
    assert (answer.status_code, answer.json()) == (status, body)


@pytest.mark.parametrize(
    ("method", "path", "token", "scope"),
    [
        ("GET", "/projects/1", NO_SCOPE, "api read_api"),
        ("POST", "/projects/1/merge_requests", READ, "api"),
        ("POST", "/projects/1/merge_requests/1/notes", READ, "api"),
        ("POST", "/projects/1/uploads", NO_SCOPE, "api"),
    ],
)
def test_a_token_without_the_scope_is_forbidden(
    server: ForgeServer, method: str, path: str, token: str, scope: str
) -> None:
    """A known token with too narrow a scope gets 403, and which scope it lacks."""
    answer = server.call(method, path, token)
    assert answer.status_code == 403
    assert answer.json()["error"] == "insufficient_scope"
    assert answer.json()["scope"] == scope


@pytest.mark.parametrize(
    ("path", "fields", "status", "body"),
    [
        (
            "/merge_requests",
            {"title": "x"},
            400,
            {"error": "source_branch is missing, target_branch is missing"},
        ),
        ("/merge_requests", MERGE_REQUEST | {"title": 5}, 400, {"error": "title is invalid"}),
        (
            "/merge_requests",
            MERGE_REQUEST | {"squash_it": True},
            400,
            {"error": "squash_it is not known to this stand-in"},
        ),
        (
            "/merge_requests",
            MERGE_REQUEST | {"title": " "},
            400,
            {"message": {"title": ["can't be blank"]}},
        ),
        (
            "/merge_requests",
            MERGE_REQUEST | {"source_branch": "nowhere"},
            400,
            {"message": ['Source branch "nowhere" does not exist']},
        ),
        (
            "/merge_requests",
            MERGE_REQUEST,
            409,
            {"message": ["Another open merge request already exists for this source branch: !1"]},
        ),
        (
            "/merge_requests",
            MERGE_REQUEST | {"source_branch": "main"},
            422,
            {"message": ["You can't use same project/branch for source and target"]},
        ),
        ("/merge_requests/1/notes", {}, 400, {"error": "body is missing"}),
        ("/uploads", {}, 400, {"error": "file is missing"}),
    ],
)
def test_wrong_fields_are_refused(
    server: ForgeServer, path: str, fields: dict[str, Any], status: int, body: dict[str, Any]
) -> None:
    """Missing, ill-typed, unknown and impossible fields get GitLab's status and JSON."""
    answer = server.call("POST", f"/projects/1{path}", json=fields)
    assert (answer.status_code, answer.json()) == (status, body)


def test_a_body_that_is_not_json_is_refused(server: ForgeServer) -> None:
    """Malformed JSON, and a type that nobody announced, are bad requests."""
    path = "/projects/1/merge_requests"
    headers = {"Content-Type": "application/json"}
    for content in (b"{", b"[]"):
        answer = server.client.post(path, content=content, headers=headers | {"PRIVATE-TOKEN": API})
        assert answer.status_code == 400
    answer = server.client.post(
        path, content=b"x", headers={"Content-Type": "text/plain", "PRIVATE-TOKEN": API}
    )
    assert answer.status_code == 400


def test_a_note_may_be_long_but_not_endless(server: ForgeServer) -> None:
    """A note of a million characters is taken, one more is not."""
    path = "/projects/1/merge_requests/1/notes"
    taken = server.call("POST", path, json={"body": "x" * 1_000_000})
    refused = server.call("POST", path, json={"body": "x" * 1_000_001})
    assert taken.status_code == 201
    assert refused.status_code == 400
    assert "maximum is 1000000 characters" in refused.json()["message"]


def test_notes_come_in_pages_with_gitlabs_headers(server: ForgeServer) -> None:
    """A list has pages, and says where the next one is."""
    iid = _new_merge_request(server, "paged")
    for number in range(5):
        server.project("POST", f"/merge_requests/{iid}/notes", json={"body": f"note {number}"})
    path = f"/projects/1/merge_requests/{iid}/notes"
    answer = server.call("GET", path, params={"per_page": 2, "page": 2, "sort": "asc"})
    assert [note["body"] for note in answer.json()] == ["note 2", "note 3"]
    headers = answer.headers
    assert (headers["X-Page"], headers["X-Next-Page"], headers["X-Total"]) == ("2", "3", "5")
    following = answer.links["next"]["url"]
    with httpx.Client(headers={"PRIVATE-TOKEN": API}) as client:
        assert [note["body"] for note in client.get(following).json()] == ["note 4"]
    assert server.call("GET", path, params={"page": 0}).status_code == 400


def _new_merge_request(server: ForgeServer, branch: str) -> int:
    clone = server.folder / "clone"
    git(clone, "checkout", "--quiet", "-B", branch, "main")
    commit(clone, {f"{branch}.txt": "x\n"})
    git(clone, "push", "--quiet", "origin", branch)
    fields = MERGE_REQUEST | {"source_branch": branch}
    return int(server.project("POST", "/merge_requests", json=fields)["iid"])


def test_python_gitlab_works_from_end_to_end(server: ForgeServer) -> None:
    """The usual client finds the project, writes notes, uploads, and iterates over pages."""
    client = server.gitlab()
    client.auth()
    assert client.user is not None and client.user.username == "ci"
    assert client.version()[0].startswith("18.")
    project = client.projects.get(PROJECT)
    assert (project.id, project.default_branch) == (1, "main")
    assert {branch.name for branch in project.branches.list(get_all=True)} >= {"main", "topic"}
    request = project.mergerequests.list(source_branch="topic", state="opened", get_all=True)[0]
    assert request.detailed_merge_status == "mergeable"
    notes = [request.notes.create({"body": f"number {number}"}) for number in range(25)]
    notes[0].body = "changed"
    notes[0].save()
    found = {note.id: note.body for note in request.notes.list(iterator=True)}
    assert found[notes[0].id] == "changed"
    assert len(found.keys() & {note.id for note in notes}) == 25
    uploaded = project.upload("a plot.png", filedata=b"\x89PNG")
    assert uploaded["markdown"].startswith("![a_plot](/uploads/")
    assert project.files.raw(file_path="docs/a b.txt", ref="main") == b"content\n"
    request.description = "A report"
    request.save()
    assert project.mergerequests.get(request.iid).description == "A report"
    with pytest.raises(gitlab.GitlabGetError, match="404"):
        project.mergerequests.get(99)


def test_only_the_author_changes_a_note(server: ForgeServer) -> None:
    """Another Developer may read a note, not change it nor take it away."""
    note = server.project("POST", "/merge_requests/1/notes", json={"body": "mine"})
    path = f"/projects/1/merge_requests/1/notes/{note['id']}"
    for method, fields in (("PUT", {"body": "yours"}), ("DELETE", {})):
        refused = server.call(method, path, DEVELOPER, json=fields)
        assert (refused.status_code, refused.json()) == (403, {"message": "403 Forbidden"})
    assert server.call("GET", path, READ).json()["body"] == "mine"


def test_a_maintainer_changes_the_notes_of_others(server: ForgeServer) -> None:
    """Their text and their being there, as on GitLab; only the system's own stay."""
    written = server.call(
        "POST", "/projects/1/merge_requests/1/notes", DEVELOPER, data={"body": "a form's"}
    ).json()
    path = f"/projects/1/merge_requests/1/notes/{written['id']}"
    changed = server.call("PUT", path, data={"body": "edited"}).json()
    assert (written["body"], changed["body"]) == ("a form's", "edited")
    assert changed["author"]["username"] == "dev"
    deleted = server.call("DELETE", path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert server.call("GET", path).status_code == 404


def test_an_upload_that_is_too_large_is_refused(server: ForgeServer) -> None:
    """A file over 100 MiB is refused before the API sees it, so not in JSON."""
    files = {"file": ("x", bytes(MAX_UPLOAD + 1))}
    answer = server.call("POST", "/projects/1/uploads", files=files)
    assert (answer.status_code, answer.text) == (413, "Request Entity Too Large\n")


def test_a_merge_request_can_be_closed_and_reopened(server: ForgeServer) -> None:
    """A closed merge request does not merge; reopened, it is as before."""
    iid = _new_merge_request(server, "closing")
    path = f"/merge_requests/{iid}"
    closed = server.project("PUT", path, json={"state_event": "close"})
    assert (closed["state"], closed["detailed_merge_status"]) == ("closed", "not_open")
    assert server.call("PUT", f"/projects/1{path}/merge").status_code == 405
    assert server.project("PUT", path, json={"state_event": "reopen"})["state"] == "opened"
    assert server.call("PUT", f"/projects/1{path}", json={}).status_code == 400


def test_the_command_line_refuses_a_wrong_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bad file ends the program with exit code 2 and the field's name."""
    config = tmp_path / "forge.json"
    config.write_text('{"project": "a/b", "default_branch": "main"}')
    code = main(["--root", str(tmp_path), "--config", str(config)])
    assert code == 2
    assert "tokens: None is not present" in capsys.readouterr().err
