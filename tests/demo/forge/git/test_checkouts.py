"""Checkouts are taken over from job to job, and each is as fresh as a clone."""

import os
import subprocess
from pathlib import Path

import pytest

from demo.forge.git.checkouts import Checkouts
from demo.forge.git.repository import Repository, git_environment

ORIGIN = "http://forge.example/perennial/perennial.git"
FILES = {
    "kept.txt": "kept\n",
    "changed.txt": "first\n",
    "folder/inner.txt": "inner\n",
    ".gitignore": "ignored/\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with two commits: the second changes a file."""
    home = tmp_path / "home"
    home.mkdir()
    environment = git_environment(home)
    made = Repository(tmp_path / "bare.git", default_branch="main", environment=environment)
    made.create()
    work = tmp_path / "work"
    made.git("clone", "--quiet", str(made.path), str(work))
    for text in ("first\n", "second\n"):
        for name, content in {**FILES, "changed.txt": text}.items():
            (work / name).parent.mkdir(exist_ok=True)
            (work / name).write_text(content)
        made.git("add", "--all", cwd=work)
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        made.git(*identity, "commit", "--quiet", "--message", text.strip(), cwd=work)
    made.git("push", "--quiet", "origin", "HEAD:main", cwd=work)
    return made


@pytest.fixture
def checkouts(repository: Repository, tmp_path: Path) -> Checkouts:
    """The checkouts of that repository."""
    return Checkouts(repository, tmp_path / "spare")


def _files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in found}
    return {name: path.read_text() for name, path in names.items() if not name.startswith(".git/")}


def _commits(repository: Repository) -> list[str]:
    return repository.git("rev-list", "--reverse", "main").split()


def _disturb(folder: Path) -> None:
    """Do what a careless job may do."""
    (folder / "kept.txt").write_text("spoilt\n")
    (folder / "changed.txt").unlink()
    (folder / "changed.txt").mkdir()
    (folder / "changed.txt" / "file").write_text("a folder where a file was\n")
    (folder / "folder" / "inner.txt").unlink()
    (folder / "folder").rmdir()
    (folder / "folder").write_text("a file where a folder was\n")
    (folder / "ignored").mkdir()
    (folder / "ignored" / "cache").write_text("left over\n")
    (folder / "untracked.txt").write_text("left over\n")
    os.chmod(folder / ".gitignore", 0o755)
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "config", "user.name", "Job"], check=True)
    subprocess.run([*git, "branch", "left-over"], check=True)


def test_a_checkout_after_a_careless_job_is_as_a_fresh_one(
    repository: Repository, checkouts: Checkouts, tmp_path: Path
) -> None:
    """Files, modes, branches and git's configuration are those of a clone."""
    first, second = _commits(repository)
    checkouts.take(tmp_path / "one", first, origin=ORIGIN)
    _disturb(tmp_path / "one")
    checkouts.give_back(tmp_path / "one")
    assert not (tmp_path / "one").exists()

    checkouts.take(tmp_path / "two", second, origin=ORIGIN)
    assert _files(tmp_path / "two") == {**FILES, "changed.txt": "second\n"}

    def git(*arguments: str) -> str:
        return repository.git(*arguments, cwd=tmp_path / "two")

    assert git("status", "--porcelain", "--ignored") == ""
    assert git("rev-parse", "HEAD") == second
    assert git("for-each-ref", "--format=%(refname)", "refs/heads") == "refs/heads/main"
    assert git("remote", "get-url", "origin") == ORIGIN
    assert "user.name" not in git("config", "--list", "--local")
    assert git("log", "--format=%s") == "second\nfirst"


def test_two_jobs_at_once_have_a_checkout_each(
    repository: Repository, checkouts: Checkouts, tmp_path: Path
) -> None:
    """Only what was given back is taken over."""
    first, second = _commits(repository)
    checkouts.take(tmp_path / "one", first, origin=ORIGIN)
    checkouts.take(tmp_path / "two", second, origin=ORIGIN)
    assert (tmp_path / "one" / "changed.txt").read_text() == "first\n"
    assert (tmp_path / "two" / "changed.txt").read_text() == "second\n"


def test_a_checkout_without_its_git_folder_is_not_taken_over(
    repository: Repository, checkouts: Checkouts, tmp_path: Path
) -> None:
    """A job that deletes it leaves nothing that git could check."""
    first = _commits(repository)[0]
    checkouts.take(tmp_path / "one", first, origin=ORIGIN)
    (tmp_path / "one" / ".git").rename(tmp_path / "elsewhere")
    checkouts.give_back(tmp_path / "one")
    checkouts.take(tmp_path / "two", first, origin=ORIGIN)
    assert _files(tmp_path / "two") == FILES


def test_an_unchanged_file_is_not_written_again(
    repository: Repository, checkouts: Checkouts, tmp_path: Path
) -> None:
    """This is what taking over is for."""
    first, second = _commits(repository)
    checkouts.take(tmp_path / "one", first, origin=ORIGIN)
    before = (tmp_path / "one" / "kept.txt").stat().st_ino
    checkouts.give_back(tmp_path / "one")
    checkouts.take(tmp_path / "two", second, origin=ORIGIN)
    assert (tmp_path / "two" / "kept.txt").stat().st_ino == before
