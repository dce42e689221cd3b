"""A training job that changed dvc.lock brings it back to the merge request's branch."""

import os
import subprocess
from pathlib import Path

import pytest

from demo.workspace import ROOT


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
    (checkout / "dvc.lock").write_text("old\n")
    _git(checkout, "add", "dvc.lock")
    _git(checkout, "commit", "--quiet", "-m", "one")
    _git(checkout, "push", "--quiet", "origin", "HEAD:refs/heads/change")
    _git(checkout, "checkout", "--quiet", "--detach")
    return checkout


def _push_lock(checkout: Path, **more: str) -> subprocess.CompletedProcess[str]:
    env = {
        "PATH": os.environ["PATH"],
        "CI_PROJECT_URL": str(checkout.parent / "project"),
        "CI_COMMIT_SHORT_SHA": "01234567",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "change",
        "REPO_TOKEN": "secret-token",
    } | more
    command = [str(ROOT / "ci" / "push-lock")]
    return subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True)


def test_a_changed_lock_reaches_the_branch(checkout: Path) -> None:
    """One commit with the lock alone, and the token is nowhere to be read."""
    (checkout / "dvc.lock").write_text("new\n")
    (checkout / "params.yaml").write_text("not mine\n")
    result = _push_lock(checkout)
    assert result.returncode == 0, result.stderr
    assert _git(checkout.parent / "project.git", "show", "change:dvc.lock") == "new\n"
    changed = _git(checkout.parent / "project.git", "show", "--format=", "--name-only", "change")
    assert changed.split() == ["dvc.lock"]
    assert "secret-token" not in result.stdout + result.stderr


def test_an_unchanged_lock_pushes_nothing(checkout: Path) -> None:
    """The branch stays at its commit."""
    before = _git(checkout.parent / "project.git", "rev-parse", "change")
    result = _push_lock(checkout)
    assert "up to date" in result.stdout
    assert _git(checkout.parent / "project.git", "rev-parse", "change") == before


def test_without_a_token_the_message_says_which(checkout: Path) -> None:
    """The variable and its scopes are named."""
    (checkout / "dvc.lock").write_text("new\n")
    result = _push_lock(checkout, REPO_TOKEN="")
    assert result.returncode != 0
    assert "REPO_TOKEN" in result.stderr and "write_repository" in result.stderr
