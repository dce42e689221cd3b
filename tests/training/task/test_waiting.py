"""A task whose rows are published elsewhere is no task until they are here."""

import shutil
from pathlib import Path

import pytest

from training.errors import BadParameter
from training.task.creation import SKELETON, create
from training.task.discovery import Tasks, named
from training.task.files import data_folder, folder, rows_file
from training.task.stages import code_files

NAME = "cats"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with the task news, and cats, whose rows are published."""
    for name in ("news", NAME):
        create(name, tmp_path)
    (tmp_path / folder(NAME) / "published.py").write_text("PUBLISHED = 'here'\n")
    return tmp_path


def tasks(root: Path) -> Tasks:
    """Return the tasks of the repository."""
    return Tasks(root / "training" / "tasks", "nowhere", root / "data")


def test_it_is_not_among_the_tasks(root: Path) -> None:
    """So no command, pipeline, check or test demands anything of it."""
    found = tasks(root)
    assert list(found) == ["news"] and len(found) == 1 and NAME not in found
    assert found.waiting == [NAME] == found.published
    assert named("", found) == "news"
    with pytest.raises(KeyError):
        found[NAME]


def test_who_names_it_learns_which_command_gets_its_rows(root: Path) -> None:
    """In the sentence that names the tasks there are."""
    expected = "got 'cats', expected one of news; 'make data TASK=cats' gets the rows of cats"
    with pytest.raises(BadParameter, match=expected):
        named(NAME, tasks(root))


@pytest.mark.parametrize(
    "file",
    [rows_file(NAME), data_folder(NAME) / "rows.parquet.dvc", folder(NAME) / "dvc.lock"],
    ids=lambda file: str(file.name),
)
def test_it_is_a_task_once_its_rows_are_here_or_known(root: Path, file: Path) -> None:
    """The rows themselves; DVC's file, which pipelines fetch them by; a lock of its training."""
    (root / file).touch()
    assert list(tasks(root)) == [NAME, "news"] and tasks(root).waiting == []


def test_no_stage_depends_on_how_the_rows_are_got(root: Path) -> None:
    """Another address, or another version of the conversion, trains nothing."""
    files = [Path(file).name for file in code_files(NAME, root)]
    assert files == ["__init__.py", "task.py"]


def test_a_task_that_is_not_published_never_waits(root: Path) -> None:
    """Its code says where its rows come from."""
    shutil.rmtree(root / "data")
    assert list(tasks(root)) == ["news"]
    assert list(Tasks(SKELETON.parent, "training.task")) == ["skeleton"]
