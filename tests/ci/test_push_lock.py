"""A training job that changed dvc.lock brings it back to the merge request's branch."""

import os
import subprocess
from pathlib import Path

import pytest

from demo.workspace import ROOT

LOCK = "training/tasks/news/dvc.lock"


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@localhost", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A detached clone of a bare repository, as a runner has it."""
    _git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=change", "project.git")
    _git(tmp_path / "project.git", "config", "receive.advertisePushOptions", "true")
    _git(tmp_path, "clone", "--quiet", "project.git", "checkout")
    checkout = tmp_path / "checkout"
    (checkout / LOCK).parent.mkdir(parents=True)
    (checkout / LOCK).write_text("old\n")
    _git(checkout, "add", LOCK)
    _git(checkout, "commit", "--quiet", "-m", "one")
    _git(checkout, "push", "--quiet", "origin", "HEAD:refs/heads/change")
    _git(checkout, "checkout", "--quiet", "--detach")
    return checkout


def _push_lock(checkout: Path, **more: str) -> subprocess.CompletedProcess[str]:
    env = {
        "PATH": os.environ["PATH"],
        "CI_PROJECT_URL": str(checkout.parent / "project"),
        "CI_COMMIT_SHA": _git(checkout, "rev-parse", "HEAD").strip(),
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "change",
        "REPO_TOKEN": "secret-token",
    } | more
    command = [str(ROOT / "ci" / "push-lock")]
    return subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True)


def _tip(checkout: Path) -> str:
    return _git(checkout.parent / "project.git", "rev-parse", "change").strip()


def test_a_changed_lock_reaches_the_branch(checkout: Path) -> None:
    """One commit with the lock alone, and the token is nowhere to be read."""
    (checkout / LOCK).write_text("new\n")
    (checkout / "params.yaml").write_text("not mine\n")
    result = _push_lock(checkout)
    assert result.returncode == 0, result.stderr
    assert _git(checkout.parent / "project.git", "show", f"change:{LOCK}") == "new\n"
    changed = _git(checkout.parent / "project.git", "show", "--format=", "--name-only", "change")
    assert changed.split() == [LOCK]
    assert (checkout / "train.env").read_text() == f"DVC_LOCK_COMMIT={_tip(checkout)}\n"
    assert "secret-token" not in result.stdout + result.stderr


def test_several_locks_come_in_one_commit(checkout: Path) -> None:
    """Also that of a task that was never trained before."""
    other = checkout / "training" / "tasks" / "cats" / "dvc.lock"
    other.parent.mkdir()
    other.write_text("first\n")
    (checkout / LOCK).write_text("new\n")
    assert _push_lock(checkout).returncode == 0
    changed = _git(checkout.parent / "project.git", "show", "--format=", "--name-only", "change")
    assert changed.split() == ["training/tasks/cats/dvc.lock", LOCK]


def test_the_bundles_digest_comes_with_its_lock(checkout: Path) -> None:
    """Main compares with it what it deploys."""
    (checkout / LOCK).write_text("new\n")
    (checkout / LOCK).with_name("bundle.sha256").write_text("digest\n")
    assert _push_lock(checkout).returncode == 0
    changed = _git(checkout.parent / "project.git", "show", "--format=", "--name-only", "change")
    assert changed.split() == ["training/tasks/news/bundle.sha256", LOCK]


def test_an_unchanged_lock_pushes_nothing(checkout: Path) -> None:
    """The branch stays at its commit."""
    before = _tip(checkout)
    result = _push_lock(checkout)
    assert "up to date" in result.stdout
    assert _tip(checkout) == before
    assert (checkout / "train.env").read_text() == "DVC_LOCK_COMMIT=\n"


def test_without_a_token_the_message_says_which(checkout: Path) -> None:
    """The variable and its scopes are named."""
    (checkout / LOCK).write_text("new\n")
    result = _push_lock(checkout, REPO_TOKEN="")
    assert result.returncode != 0
    assert "REPO_TOKEN" in result.stderr and "write_repository" in result.stderr


def test_a_commit_that_came_meanwhile_is_not_lost(checkout: Path) -> None:
    """The branch keeps it, nothing is pushed, and the message says whose turn it is."""
    trained = _git(checkout, "rev-parse", "HEAD").strip()
    (checkout / "work.py").write_text("theirs\n")
    _git(checkout, "add", "work.py")
    _git(checkout, "commit", "--quiet", "-m", "theirs")
    _git(checkout, "push", "--quiet", "origin", "HEAD:refs/heads/change")
    theirs = _tip(checkout)
    _git(checkout, "checkout", "--quiet", "--detach", trained)
    (checkout / LOCK).write_text("new\n")
    result = _push_lock(checkout)
    assert result.returncode == 1
    assert f"change moved from {trained} to {theirs} during training" in result.stderr
    assert "see the pipeline of the newer commit" in result.stderr
    assert _tip(checkout) == theirs
    assert not (checkout / "train.env").exists()


def test_a_merged_results_pipeline_brings_the_lock_alone(checkout: Path) -> None:
    """The merge with the target, which is checked out there, does not reach the branch."""
    branch = _git(checkout, "rev-parse", "HEAD").strip()
    (checkout / "of-main.py").write_text("merged\n")
    _git(checkout, "add", "of-main.py")
    _git(checkout, "commit", "--quiet", "-m", "Merge main")
    (checkout / LOCK).write_text("new\n")
    result = _push_lock(checkout, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=branch)
    assert result.returncode == 0, result.stderr
    assert _git(checkout, "rev-list", "--parents", "-1", _tip(checkout)).split()[1:] == [branch]
    listed = _git(checkout.parent / "project.git", "ls-tree", "-r", "--name-only", "change")
    assert listed.split() == [LOCK]


def test_a_branch_of_a_fork_is_not_written(checkout: Path) -> None:
    """The message says where the branch stands and what to do; no branch appears here."""
    (checkout / LOCK).write_text("new\n")
    fork = "https://gitlab.example/fork"
    result = _push_lock(checkout, CI_MERGE_REQUEST_SOURCE_PROJECT_URL=fork)
    assert result.returncode == 1
    assert f"change is in {fork}" in result.stderr and f"artifacts there: {LOCK}" in result.stderr


def test_a_branch_whose_name_only_ends_so_is_not_taken_for_a_newer_commit(checkout: Path) -> None:
    """Git lists refs/heads/refs/heads/change too; it pushes to neither, and says so itself."""
    before = _tip(checkout)
    stray = "refs/heads/refs/heads/change"
    _git(checkout.parent / "project.git", "update-ref", stray, before)
    (checkout / LOCK).write_text("new\n")
    result = _push_lock(checkout)
    assert "during training" not in result.stderr and "matches more than one" in result.stderr
    assert _git(checkout.parent / "project.git", "rev-parse", "refs/heads/change").strip() == before
