"""Only the commit that the gate judged merges by itself, whoever pushes to its branch, and when."""

import os
import shutil

import pytest

from perennial.gitlab.errors import GitLabRefused
from tests.training.gitlab.gate_results import result
from tests.training.job import BRANCH, Job
from training.gitlab import propose
from training.gitlab.project import MergeRequest, project_of


def push_on_top(job: Job) -> str:
    """Push a commit on top of the branch, as somebody else may, and return it."""
    identity = ("-c", "user.name=y", "-c", "user.email=y@y")
    tree = f"{job.branch()}^{{tree}}"
    added = job.git(*identity, "commit-tree", tree, "-p", BRANCH, "-m", "more", at=job.remote)
    job.git("update-ref", f"refs/heads/{BRANCH}", added, at=job.remote)
    return added


def test_commits_on_top_are_kept(job: Job) -> None:
    """What a reviewer, or the pipeline, added to the branch survives a second run."""
    job.propose(result())
    added = push_on_top(job)
    job.propose(result())
    assert job.branch() == added and len(job.gitlab.requests) == 1


def test_a_commit_pushed_on_top_before_the_push_does_not_merge_by_itself(job: Job) -> None:
    """The branch's tip is not what the gate judged; GitLab is not asked to merge anything."""
    job.propose(result())
    judged = job.branch()
    job.gitlab.head = added = push_on_top(job)
    expected = f"is at {added[:8]}, the gate judged {judged[:8]}: nothing merges by itself"
    with pytest.raises(GitLabRefused, match=expected):
        job.propose(result(), "--auto-merge")
    assert job.gitlab.received("PUT /projects/1/merge_requests/1/merge") == []


def test_a_commit_pushed_on_top_after_the_push_does_not_merge_by_itself(job: Job) -> None:
    """The merge request is at it, so GitLab is not asked to merge, however long this waits."""
    job.propose(result())
    judged, job.gitlab.head = job.branch(), "f" * 40
    with pytest.raises(GitLabRefused, match=f"is at ffffffff, the gate judged {judged[:8]}"):
        job.propose(result(), "--auto-merge")
    assert job.gitlab.received("PUT /projects/1/merge_requests/1/merge") == []


GIT = """#!/bin/sh
for word; do
    if [ "$word" = push ]; then {git} --git-dir={remote} update-ref refs/heads/{branch} {commit}; fi
    case $word in --force-with-lease=*) word={lease} ;; esac
    set -- "$@" "$word"
    shift
done
exec {git} "$@"
"""


def race(job: Job, *, lease: str = '"$word"') -> str:
    """Let somebody push to the branch just before git does; return their commit.

    lease: what git is given in place of the lease.
    """
    identity = ("-c", "user.name=y", "-c", "user.email=y@y")
    theirs = job.git(
        *identity, "commit-tree", "main^{tree}", "-p", "main", "-m", "x", at=job.remote
    )
    program = job.root.parent / "bin" / "git"
    program.parent.mkdir()
    places = {"git": shutil.which("git"), "remote": job.remote, "branch": BRANCH}
    program.write_text(GIT.format(**places, commit=theirs, lease=lease))
    program.chmod(0o755)
    job.environment["PATH"] = f"{program.parent}{os.pathsep}{job.environment['PATH']}"
    return theirs


def test_what_is_pushed_at_the_same_moment_is_not_lost(job: Job) -> None:
    """The branch is not what it was when this looked, so that git pushes nothing over it."""
    theirs = race(job)
    with pytest.raises(GitLabRefused, match="(?s)git push: .*stale info"):
        job.propose(result(), "--auto-merge")
    assert job.branch() == theirs and job.gitlab.requests == []


def test_without_the_lease_it_would_be_lost(job: Job) -> None:
    """Git replaces the branch, and nobody learns of the other commit."""
    theirs = race(job, lease="--force")
    job.propose(result())
    assert job.branch() != theirs and len(job.gitlab.requests) == 1


def test_with_the_branchs_tip_in_place_of_the_judged_commit_it_would_merge(job: Job) -> None:
    """So it is the judged commit, named to GitLab, that keeps a stranger's out."""
    job.propose(result())
    job.gitlab.head = added = push_on_top(job)
    project, request = project_of(job.environment), MergeRequest(1, "", added)
    propose.merge_when_checked(project, request, sha=added, sleep=job.sleep)
    assert job.gitlab.requests[0]["sha"] == added
    assert job.gitlab.received("PUT /projects/1/merge_requests/1/merge") != []
