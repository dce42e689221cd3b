"""Merge requests of the forge: their pipelines, their merging, and what stops it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.demo.forge.fixtures import (
    API,
    ForgeServer,
    commit,
    git,
    running_forge,
    seed,
)

pytestmark = pytest.mark.seconds(15)

PIPELINE = """\
workflow:
  name: $CI_PIPELINE_SOURCE of $CI_COMMIT_SHORT_SHA
check:
  rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]
  script:
    - test ! -e fail
    - test "$CI_MERGE_REQUEST_DIFF_BASE_SHA" = "$(git merge-base origin/main HEAD)"
    - echo "!$CI_MERGE_REQUEST_IID $CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"
    - echo "branch ${CI_COMMIT_BRANCH:-is unset}"
documents:
  rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event", changes: ["docs/**/*"]}]
  script: ["true"]
deploy:
  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
  script: ["git log --oneline | head -3"]
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForgeServer]:
    """A forge with a check for merge requests and a deployment for main."""
    with running_forge(tmp_path_factory.mktemp("forge")) as running:
        seed(running, {".gitlab-ci.yml": PIPELINE, "shared.txt": "one\n"})
        running.settle()
        yield running


class Topic:
    """A branch with one commit, and its merge request; a quiet one starts no pipelines."""

    def __init__(
        self, server: ForgeServer, name: str, files: dict[str, str], *, quiet: bool = False
    ) -> None:
        self.server = server
        self.name = name
        self.mark = " [skip ci]" if quiet else ""
        self.clone = server.folder / "clone"
        git(self.clone, "fetch", "--quiet", "origin")
        git(self.clone, "checkout", "--quiet", "-B", name, "origin/main")
        self.push(files)
        fields = {
            "title": f"Merge {name}",
            "source_branch": name,
            "target_branch": "main",
            "remove_source_branch": True,
        }
        self.iid = server.project("POST", "/merge_requests", json=fields)["iid"]

    def push(self, files: dict[str, str]) -> None:
        """Add a commit to the branch."""
        self.sha = commit(self.clone, files, f"Work on {self.name}{self.mark}")
        git(self.clone, "push", "--quiet", "origin", self.name)

    def show(self) -> Any:
        """Return the merge request."""
        return self.server.project("GET", f"/merge_requests/{self.iid}")

    def merge(self, **fields: Any) -> Any:
        """Ask for the merge and return status and JSON."""
        if self.mark:
            fields["merge_commit_message"] = f"Merge {self.name}{self.mark}"
        answer = self.server.call(
            "PUT", f"/projects/1/merge_requests/{self.iid}/merge", json=fields
        )
        return answer.status_code, answer.json()

    def said(self) -> str:
        """Return all notes."""
        notes = self.server.project("GET", f"/merge_requests/{self.iid}/notes")
        return "\n".join(note["body"] for note in notes)


def test_a_merge_request_is_checked_and_merged(server: ForgeServer) -> None:
    """Its pipeline has the merge request's variables; merging moves main and deploys it."""
    topic = Topic(server, "plain", {"plain.txt": "x\n"})
    server.settle()
    pipeline = topic.show()["head_pipeline"]
    assert (pipeline["status"], pipeline["source"]) == ("success", "merge_request_event")
    assert pipeline["ref"] == f"refs/merge-requests/{topic.iid}/head"
    assert server.statuses(pipeline["id"]) == {"check": "success"}
    trace = server.trace(pipeline["id"], "check")
    assert f"!{topic.iid} plain\n" in trace
    assert "branch is unset" in trace
    before = server.forge.repository.branch("main")
    status, merged = topic.merge(sha=topic.sha)
    assert (status, merged["state"]) == (200, "merged")
    tip = server.forge.repository.commits("main", limit=1)[0]
    assert (tip.sha, tip.parents) == (merged["merge_commit_sha"], (before, topic.sha))
    assert tip.title == "Merge branch 'plain' into 'main'"
    assert server.forge.repository.branch("plain") is None
    server.settle()
    deployed = server.newest(source="push", sha=tip.sha)
    assert (deployed["name"], deployed["status"]) == (f"push of {tip.sha[:8]}", "success")
    assert deployed["ref"] == "main"


def test_changes_are_counted_from_the_merge_base(server: ForgeServer) -> None:
    """rules:changes looks at all of the merge request's own changes, not only the last push."""
    topic = Topic(server, "documents", {"docs/deep/a.md": "x\n"}, quiet=True)
    topic.mark = ""
    topic.push({"other.txt": "x\n"})
    server.settle()
    assert set(server.statuses(topic.show()["head_pipeline"]["id"])) == {"check", "documents"}


def test_auto_merge_waits_for_the_pipeline(server: ForgeServer) -> None:
    """With auto_merge it stays open while the pipeline runs, and merges when it succeeds."""
    topic = Topic(server, "auto", {"auto.txt": "x\n"})
    status, answer = topic.merge(auto_merge=True)
    assert (status, answer["state"]) == (200, "opened")
    assert answer["merge_when_pipeline_succeeds"] is True
    server.settle()
    assert topic.show()["state"] == "merged"
    assert "enabled an automatic merge" in topic.said()


def test_auto_merge_stops_at_a_failed_pipeline(server: ForgeServer) -> None:
    """A failed pipeline leaves the merge request open; asking again is refused."""
    topic = Topic(server, "failing", {"fail": ""})
    assert topic.merge(merge_when_pipeline_succeeds=True)[0] == 200
    server.settle()
    assert topic.show()["state"] == "opened"
    assert topic.show()["head_pipeline"]["status"] == "failed"
    assert topic.merge(auto_merge=True)[0] == 405


def test_a_new_push_checks_again_and_cancels_auto_merge(server: ForgeServer) -> None:
    """A push to the source branch starts another pipeline and needs another word to merge."""
    topic = Topic(server, "pushed", {"pushed.txt": "x\n"})
    first = topic.sha
    topic.merge(auto_merge=True)
    topic.push({"pushed.txt": "y\n"})
    server.settle()
    shown = topic.show()
    assert (shown["state"], shown["sha"]) == ("opened", topic.sha)
    assert shown["head_pipeline"]["sha"] == topic.sha
    assert "aborted the automatic merge" in topic.said()
    status, answer = topic.merge(sha=first)
    assert (status, answer["message"]) == (
        409,
        f"SHA does not match HEAD of source branch: {topic.sha}",
    )
    pipelines = server.project("GET", f"/merge_requests/{topic.iid}/pipelines")
    assert [pipeline["sha"] for pipeline in pipelines] == [topic.sha, first]


def test_a_conflict_does_not_merge(server: ForgeServer) -> None:
    """Of two branches that change the same line, the second cannot merge."""
    winner = Topic(server, "winner", {"shared.txt": "two\n"}, quiet=True)
    loser = Topic(server, "loser", {"shared.txt": "three\n"}, quiet=True)
    assert winner.merge()[0] == 200
    shown = loser.show()
    assert shown["merge_status"] == "cannot_be_merged"
    assert (shown["detailed_merge_status"], shown["has_conflicts"]) == ("conflict", True)
    assert loser.merge() == (405, {"message": "405 Method Not Allowed"})


def test_a_draft_does_not_merge(server: ForgeServer) -> None:
    """A draft is refused until its title says otherwise."""
    topic = Topic(server, "draft", {"draft.txt": "x\n"}, quiet=True)
    path = f"/merge_requests/{topic.iid}"
    server.project("PUT", path, json={"title": "Draft: not yet"})
    assert topic.show()["detailed_merge_status"] == "draft_status"
    assert topic.merge()[0] == 405
    server.project("PUT", path, json={"title": "Now"})
    assert topic.merge()[0] == 200
    assert topic.merge()[0] == 405


def test_without_a_pipeline_auto_merge_is_at_once(tmp_path: Path) -> None:
    """Where the file wants no pipeline, auto_merge waits for nothing; ff adds no commit."""
    with running_forge(tmp_path, merge_method="ff") as server:
        seed(server, {"a": "x\n"})
        topic = Topic(server, "topic", {"b": "x\n"})
        assert topic.merge(auto_merge=True)[0] == 200
        server.settle()
        assert topic.show()["state"] == "merged"
        assert server.forge.repository.branch("main") == topic.sha
        changed = server.project("GET", f"/merge_requests/{topic.iid}/commits", API)
        assert [each["id"] for each in changed] == [topic.sha]
