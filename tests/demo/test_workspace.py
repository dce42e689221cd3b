"""The demo touches its own folder and nothing else."""

import subprocess
from pathlib import Path

import pytest

from demo.errors import FolderInUse
from demo.workspace import Workspace, copy_tree
from tests.digits import needs_digits


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@localhost", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with a commit, a change, a new file, a deleted file and an ignored one."""
    tree = tmp_path / "tree"
    tree.mkdir()
    _git(tree, "init", "--quiet")
    (tree / ".gitignore").write_text("ignored\n")
    (tree / "kept").write_text("old\n")
    (tree / "deleted").write_text("x\n")
    _git(tree, "add", "--all")
    _git(tree, "commit", "--quiet", "-m", "one")
    (tree / "kept").write_text("changed\n")
    (tree / "new").write_text("new\n")
    (tree / "ignored").write_text("secret\n")
    (tree / "deleted").unlink()
    return tree


def test_the_copy_holds_uncommitted_work_and_no_ignored_file(tree: Path, tmp_path: Path) -> None:
    """What a person sees in the tree is what the demo runs."""
    copy_tree(tree, tmp_path / "copy")
    assert set(_git(tmp_path / "copy", "ls-files").split()) == {".gitignore", "kept", "new"}
    assert (tmp_path / "copy" / "kept").read_text() == "changed\n"


def test_the_tree_that_is_copied_stays_untouched(tree: Path, tmp_path: Path) -> None:
    """Its status and its history are the same before and after."""
    before = _git(tree, "status", "--short") + _git(tree, "log")
    copy_tree(tree, tmp_path / "copy")
    assert _git(tree, "status", "--short") + _git(tree, "log") == before


def test_a_copy_for_one_task_begins_before_its_first_retrain(tree: Path, tmp_path: Path) -> None:
    """Other tasks stay behind, and so do the rows it has collected, which git does not have."""
    for name in ("cats", "news"):
        for file in ("rows.csv", "feedback.parquet.dvc"):
            (tree / "data" / name).mkdir(parents=True, exist_ok=True)
            (tree / "data" / name / file).write_text("x\n")
    copy_tree(tree, tmp_path / "copy", task="news")
    assert _git(tmp_path / "copy", "ls-files", "data").split() == ["data/news/rows.csv"]
    copy_tree(tree, tmp_path / "whole")
    assert len(_git(tmp_path / "whole", "ls-files", "data").split()) == 4


@needs_digits
def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    """Pointing --out at a folder of one's own deletes nothing."""
    (tmp_path / "thesis.txt").write_text("years of work\n")
    with pytest.raises(FolderInUse, match="--out: .* not made by the demo"), Workspace(tmp_path):
        pass
    assert (tmp_path / "thesis.txt").exists()


@needs_digits
def test_a_second_demo_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    """The first one keeps its files."""
    with Workspace(tmp_path / "out") as first:
        with pytest.raises(FolderInUse, match="in use by another demo"), Workspace(first.out):
            pass
        assert (first.checkout / "Makefile").exists()


def test_programs_get_nothing_of_the_users_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token in the user's environment does not reach a pipeline job."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    environment = Workspace(tmp_path).environment()
    assert "AWS_SECRET_ACCESS_KEY" not in environment
    assert environment["HOME"].startswith(str(tmp_path))
