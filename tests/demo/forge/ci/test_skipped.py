"""A merge request whose newest commit asked for no pipeline, as a lock does that CI pushed."""

from pathlib import Path
from typing import Any

import pytest

from tests.demo.forge.fixtures import ForgeServer, commit, git, running_forge, seed

FILE = """\
check:
  rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]
  script: ["true"]
"""


def _with_lock(server: ForgeServer) -> int:
    """Open a merge request, let its pipeline succeed, and push a lock that skips its own."""
    clone = seed(server, {".gitlab-ci.yml": FILE})
    git(clone, "checkout", "--quiet", "-B", "change")
    commit(clone, {"work": "1\n"})
    git(clone, "push", "--quiet", "origin", "change")
    fields = {"title": "Change", "source_branch": "change", "target_branch": "main"}
    number = int(server.project("POST", "/merge_requests", json=fields)["iid"])
    server.settle()
    commit(clone, {"dvc.lock": "new\n"})
    git(clone, "push", "--quiet", "-o", "ci.skip", "origin", "change")
    server.settle()
    return number


@pytest.mark.parametrize(
    ("project", "standing", "status"),
    [
        ({}, "mergeable", 200),
        ({"only_allow_merge_if_pipeline_succeeds": True}, "ci_must_pass", 405),
        (
            {
                "only_allow_merge_if_pipeline_succeeds": True,
                "allow_merge_on_skipped_pipeline": True,
            },
            "mergeable",
            200,
        ),
    ],
)
def test_it_merges_where_the_project_lets_a_skipped_pipeline_count(
    tmp_path: Path, project: dict[str, Any], standing: str, status: int
) -> None:
    """The demand that pipelines succeed stops it, unless skipped ones count."""
    with running_forge(tmp_path, settings={"project": project}) as server:
        number = _with_lock(server)
        shown = server.project("GET", f"/merge_requests/{number}")
        assert shown["head_pipeline"]["status"] == "skipped"
        assert shown["detailed_merge_status"] == standing
        address = f"/projects/1/merge_requests/{number}/merge"
        # A merge that waits for the pipeline is refused like one at once.
        for fields in ({"auto_merge": True}, {})[status == 200 :]:
            answer = server.call("PUT", address, json=fields)
            assert answer.status_code == status, answer.text
        state = server.project("GET", f"/merge_requests/{number}")["state"]
        assert state == ("merged" if status == 200 else "opened")
