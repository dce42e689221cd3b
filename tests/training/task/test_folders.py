"""A task comes and goes with its folders."""

from pathlib import Path

import pytest

from tests.training.task.test_changes import git
from training import params
from training.errors import BadParameter
from training.task.creation import SKELETON, create
from training.task.discovery import Tasks
from training.task.files import folder, params_file, stages_file
from training.task.removal import mentions, remove
from training.tasks.__main__ import main


def test_a_new_task_is_complete(tmp_path: Path) -> None:
    """Code, parameters, stages and a place for its data, all under its own name."""
    files = create("news", tmp_path)
    assert all(file.is_file() for file in files)
    assert list(Tasks(tmp_path / "training" / "tasks", "any")) == ["news"]
    assert params.load("news", tmp_path / params_file("news")).export.version == "1.0.0"
    stages = (tmp_path / stages_file("news")).read_text()
    assert "--task news\n" in stages and "TASK" not in stages
    assert (tmp_path / "data" / "news" / "README.md").is_file()


def test_the_skeleton_is_itself_a_task() -> None:
    """What is copied is code that the checks read."""
    found = Tasks(SKELETON.parent, "training.task")
    task = found["skeleton"]
    rows = task.load()
    assert task.input.from_arrow(rows.table).shape == (len(rows.labels), *task.input.shape)


@pytest.mark.parametrize(("name", "expected"), [("news", "no task has yet"), ("My", "letters")])
def test_a_name_that_cannot_be_taken_is_refused(tmp_path: Path, name: str, expected: str) -> None:
    """Taken, or no name at all; nothing is written."""
    create("news", tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadParameter, match=f"task: got '{name}', expected a name .*{expected}"):
        create(name, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_removed_task_leaves_the_others(tmp_path: Path) -> None:
    """Its folders and example reports go, and links to them; what names it is listed."""
    git(tmp_path, "init", "--quiet")
    for name in ("cats", "news"):
        create(name, tmp_path)
        for place in (f"tests/training/tasks/{name}", f"artifacts/{name}", f"docs/examples/{name}"):
            (tmp_path / place).mkdir(parents=True)
        report = tmp_path / "docs" / "examples" / name / "report.md"
        report.write_text(f"<!-- perennial-report: {name} -->\n")
    links = "[a](training/tasks/cats/task.py), [b](docs/examples/news/report.md#top)"
    (tmp_path / "README.md").write_text(f"It tells cats from dogs: {links}.\n")
    git(tmp_path, "add", "--all")
    assert len(remove("cats", tmp_path)) == 5
    left = {
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*/*") if "cats" in str(path)
    }
    assert not {name for name in left if not name.startswith(".git")}
    assert (tmp_path / folder("news") / "task.py").is_file()
    assert (tmp_path / "docs" / "examples" / "news" / "report.md").is_file()
    text = (tmp_path / "README.md").read_text()
    assert text == "It tells cats from dogs: a, [b](docs/examples/news/report.md#top).\n"
    assert mentions("cats", tmp_path) == ["README.md"]


def test_the_command_line_names_the_tasks_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a task that does not exist nothing is removed."""
    main(["list"])
    known = capsys.readouterr().out.split()
    assert known
    with pytest.raises(
        BadParameter, match=f"task: got 'cats_and_dogs', expected one of {known[0]}"
    ):
        main(["remove", "cats_and_dogs"])
    with pytest.raises(BadParameter, match="task: got '', expected a name"):
        main(["remove", ""])
