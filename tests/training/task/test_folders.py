"""A task comes and goes with its folders."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from training import params
from training.errors import BadParameter
from training.task.creation import SKELETON, create
from training.task.discovery import Tasks
from training.task.files import folder, params_file, stages_file
from training.task.stages import write_stages
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


def test_every_stage_depends_on_all_code_of_the_task(tmp_path: Path) -> None:
    """A module beside task.py, and one in a package of its own, too; what DVC writes does not."""
    place = tmp_path / folder("news")
    create("news", tmp_path)
    (place / "words").mkdir()
    for file in ("helpers.py", "words/stems.py", "dvc.lock"):
        (place / file).touch()
    skeleton = Tasks(SKELETON.parent, "training.task")["skeleton"]
    write_stages({"news": skeleton}, tmp_path)
    document = YAML(typ="safe").load(tmp_path / stages_file("news"))
    code = ["__init__.py", "helpers.py", "task.py", "words/stems.py"]
    for stage in document["stages"].values():
        own = [file for file in stage["deps"] if file.startswith(folder("news").as_posix())]
        assert own == [(folder("news") / file).as_posix() for file in code]


def test_the_skeleton_is_itself_a_task() -> None:
    """What is copied is code that the checks read."""
    found = Tasks(SKELETON.parent, "training.task")
    task = found["skeleton"]
    rows = task.load()
    assert task.input.from_arrow(rows.table).shape == (len(rows.labels), *task.input.shape)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("news", "no task has yet"), ("My", "letters"), ("class", "Python keyword")],
)
def test_a_name_that_cannot_be_taken_is_refused(tmp_path: Path, name: str, expected: str) -> None:
    """Taken, no name at all, or one that Python cannot import; nothing is written."""
    create("news", tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadParameter, match=f"task: got '{name}', expected a name .*{expected}"):
        create(name, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


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
