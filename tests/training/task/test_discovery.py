"""Tasks are found by their folders, and a wrong name is answered with those there are."""

from pathlib import Path

import pytest

from training.errors import BadParameter
from training.task.discovery import Tasks, named


def tasks(folder: Path, *names: str) -> Tasks:
    """Return the tasks of a folder with an empty task.py for each name."""
    for name in names:
        (folder / name).mkdir()
        (folder / name / "task.py").touch()
    return Tasks(folder, "nowhere")


def test_each_folder_with_code_is_a_task(tmp_path: Path) -> None:
    """In the order of names; what a removed task, or Python, left behind is none."""
    (tmp_path / "removed" / "__pycache__").mkdir(parents=True)
    (tmp_path / "__init__.py").touch()
    found = tasks(tmp_path, "news", "cats")
    assert list(found) == ["cats", "news"] and len(found) == 2
    assert "cats" in found and "removed" not in found


def test_a_tasks_code_is_imported_when_it_is_asked_for(tmp_path: Path) -> None:
    """So a broken one does not concern the others, and an unknown one is a KeyError."""
    found = tasks(tmp_path, "broken")
    assert list(found) == ["broken"]
    with pytest.raises(ModuleNotFoundError):
        found["broken"]
    with pytest.raises(KeyError):
        found["cats"]


def test_code_without_the_task_is_named() -> None:
    """The message names the file and what it has to define."""
    with pytest.raises(BadParameter, match=r"task\.py: TASK: got nothing, expected the task"):
        Tasks(Path(__file__).parent / "folders", "tests.training.task.folders")["empty"]


@pytest.mark.parametrize(
    ("package", "labels", "wrong"),
    [("twice", '("yes", "no", "yes")', "yes"), ("ours", '("yes", "other")', "other")],
)
def test_labels_that_no_bundle_can_have_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, labels: str, wrong: str
) -> None:
    """A name twice, and one of our own, stop before any row is read."""
    (tmp_path / package / "cats").mkdir(parents=True)
    code = "from perennial.kinds.outputs.classes import ClassesOutput\n"
    code += f"OUTPUT = ClassesOutput(labels={labels})\n"
    (tmp_path / package / "cats" / "task.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    message = rf"task\.py: labels: got '{wrong}', expected distinct ones, none of them 'other'"
    with pytest.raises(BadParameter, match=message):
        Tasks(tmp_path / package, package)["cats"]


@pytest.mark.parametrize("name", ["Cats", "my-task", "2cats", "_cats"])
def test_a_folder_whose_name_no_task_may_have_is_named(tmp_path: Path, name: str) -> None:
    """Names stand in tags, branches and metrics."""
    with pytest.raises(BadParameter, match=f"got '{name}', expected a name of small letters"):
        list(tasks(tmp_path, name))


def test_an_unknown_task_is_answered_with_those_there_are() -> None:
    """Without a name the only task is meant; of several, one has to be named."""
    assert named("", ["news"]) == "news"
    with pytest.raises(BadParameter, match="task: got 'dogs', expected one of cats, news"):
        named("dogs", ["cats", "news"])
    with pytest.raises(BadParameter, match="task: got nothing, expected one of cats, news"):
        named("", ["cats", "news"])
    with pytest.raises(BadParameter, match="expected a folder in training/tasks"):
        named("", [])
