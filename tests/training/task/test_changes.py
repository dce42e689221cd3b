"""A change in a task's own folders concerns that task, any other input concerns every task."""

import subprocess
from pathlib import Path

import pytest

from training.errors import BadParameter
from training.task.changes import changed_files, concerned

TASKS = ["cats", "news"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["training/tasks/news/params.yaml"], ["news"]),
        (["training/tasks/news/dvc.lock", "data/news/feedback.parquet.dvc"], ["news"]),
        (["training/tasks/news/task.py", "data/cats/README.md"], ["cats", "news"]),
        (["training/tasks/__init__.py"], TASKS),
        (["training/task/stages.yaml"], TASKS),
        (["perennial/digest.py"], TASKS),
        ([".dvcignore"], TASKS),
        ([".dvc/config"], TASKS),
        (["monitoring/thresholds.py"], TASKS),
        (["README.md", "tests/training/tasks/news/test_news.py", "service/app.py"], []),
        (["training/tasks/removed/task.py"], []),
        ([], []),
    ],
)
def test_the_files_tell_which_tasks(files: list[str], expected: list[str]) -> None:
    """Documentation and other programs concern none."""
    assert concerned(files, TASKS) == expected


def git(folder: Path, *command: str) -> str:
    """Run git."""
    options = ("-c", "user.name=a", "-c", "user.email=a@localhost")
    done = subprocess.run(
        ["git", *options, *command], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_a_renamed_file_counts_by_both_names(tmp_path: Path) -> None:
    """What moves from one task to another concerns both."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a b").write_text("text\n")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "-m", "one")
    git(tmp_path, "mv", "a b", "c")
    git(tmp_path, "commit", "--quiet", "-m", "two")
    assert changed_files("HEAD~1", "HEAD", tmp_path) == ["a b", "c"]


def test_a_commit_that_the_clone_lacks_is_named(tmp_path: Path) -> None:
    """A shallow clone does not know what the change began with."""
    git(tmp_path, "init", "--quiet")
    with pytest.raises(BadParameter, match="commits: got '0123456 HEAD', expected .*GIT_DEPTH: 0"):
        changed_files("0123456", "HEAD", tmp_path)
