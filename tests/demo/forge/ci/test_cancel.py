"""A newer commit ends what runs for the older one, as far as GitLab would let it."""

from pathlib import Path

import pytest

from tests.demo.forge.fixtures import API, ForgeServer, commit, git, wait_until

pytestmark = pytest.mark.seconds(15)

# A job that may be ended, one that may not, and one behind each.
FILE = """\
stages: [one, two]
{workflow}
may-end: {{stage: one, interruptible: true, script: [sleep {seconds}]}}
may-not: {{stage: one, {rules} script: [sleep 0.1]}}
after: {{stage: two, interruptible: true, script: ["true"]}}
"""


def _file(mode: str | None, *, seconds: float = 60, fixed: bool = True) -> str:
    workflow = f"workflow: {{auto_cancel: {{on_new_commit: {mode}}}}}" if mode else ""
    rules = "" if fixed else "rules: [{if: $NEVER}],"
    return FILE.format(workflow=workflow, seconds=seconds, rules=rules)


def _push(server: ForgeServer, clone: Path, branch: str, content: str, *options: str) -> str:
    sha = commit(
        clone, {".gitlab-ci.yml": content, "number": f"{clone.stat().st_mtime_ns}{branch}"}
    )
    git(clone, "push", "--quiet", *options, "origin", f"HEAD:{branch}")
    return sha


def _running(server: ForgeServer, sha: str, *, jobs: set[str]) -> int:
    """Wait until these jobs of a commit's pipeline run or have run; return the pipeline."""

    def started() -> bool:
        found = server.project("GET", "/pipelines", params={"sha": sha})
        if not found:
            return False
        statuses = server.statuses(found[0]["id"])
        return all(statuses[job] in ("running", "success") for job in jobs)

    wait_until(started)
    return int(server.newest(sha=sha)["id"])


SPARED = {"may-end": "success", "may-not": "success", "after": "success"}


@pytest.mark.parametrize(
    ("mode", "fixed", "expected"),
    [
        ("interruptible", True, {"may-end": "canceled", "may-not": "success", "after": "canceled"}),
        pytest.param("none", True, SPARED, marks=pytest.mark.nightly),
        pytest.param(None, True, SPARED, marks=pytest.mark.nightly),
        ("conservative", False, {"may-end": "canceled", "after": "canceled"}),
    ],
)
def test_a_newer_commit_ends_what_may_end(
    server: ForgeServer, clone: Path, mode: str | None, fixed: bool, expected: dict[str, str]
) -> None:
    """Each mode of workflow:auto_cancel; conservative, the default, minds what has started."""
    branch = f"cancel-{mode}-{fixed}"
    spared = expected["may-end"] == "success"
    jobs = {"may-end", "may-not"} if fixed else {"may-end"}
    first = _push(server, clone, branch, _file(mode, seconds=1.5 if spared else 60, fixed=fixed))
    pipeline = _running(server, first, jobs=jobs)
    _push(server, clone, branch, _file(mode, seconds=0.1, fixed=fixed) + "# newer\n")
    server.settle()
    assert server.statuses(pipeline) == expected
    status = server.project("GET", f"/pipelines/{pipeline}")["status"]
    assert status == ("success" if spared else "canceled")
    assert server.newest(ref=branch)["status"] == "success"


def test_a_skipped_commit_ends_nothing(server: ForgeServer, clone: Path) -> None:
    """The lock that a training job pushes must not end the pipeline that it stands in."""
    file = _file("interruptible", seconds=1)
    pipeline = _running(server, _push(server, clone, "lock", file), jobs={"may-end"})
    skipped = _push(server, clone, "lock", f"{file}# lock\n", "-o", "ci.skip")
    server.settle()
    assert server.newest(sha=skipped)["status"] == "skipped"
    assert set(server.statuses(pipeline).values()) == {"success"}


def test_a_pipeline_can_be_canceled_by_hand(server: ForgeServer, clone: Path) -> None:
    """Every job that has not ended is canceled, whatever it says of interruption."""
    sha = _push(server, clone, "by-hand", _file(None))
    pipeline = _running(server, sha, jobs={"may-end", "may-not"})
    answer = server.project("POST", f"/pipelines/{pipeline}/cancel", token=API)
    assert answer["id"] == pipeline
    server.settle()
    assert server.statuses(pipeline)["may-end"] == "canceled"
    assert server.statuses(pipeline)["after"] == "canceled"


def test_an_unknown_mode_is_refused(server: ForgeServer, clone: Path) -> None:
    """A misspelt mode is an error of the file."""
    sha = _push(server, clone, "misspelt", _file("interuptible"))
    server.settle()
    pipeline = server.newest(sha=sha)
    details = server.project("GET", f"/pipelines/{pipeline['id']}")
    assert details["status"] == "failed" and "on_new_commit" in details["yaml_errors"]
