"""The task that a file becomes: code that the checks pass, rows that validate, or nothing."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.training.bring.files import GOOD, column, inferred, text, written
from training import params
from training.bring.__main__ import main
from training.bring.code import code
from training.bring.inferred import Inferred
from training.bring.trial import TrialFailed, new_folders
from training.bring.write import write
from training.errors import BadParameter
from training.task.card import read_card
from training.task.files import folder, params_file, stages_file
from training.task.rows_file import read_rows
from training.task.schema import Schema
from training.task.task import Rows
from training.validation.task_data import validate


class Written:
    """A task as it was written, read without its code, whose folder is no package here."""

    about = ""
    schema = Schema()

    def __init__(self, found: Inferred, root: Path) -> None:
        self.input = found.input
        self.output = found.target.output
        self._root = root

    def load(self) -> Rows:
        """Return the rows of the written file."""
        return read_rows(self._root / "data/churn/rows.parquet", self.input, label="weg")


def test_what_is_written_is_a_whole_task(tmp_path: Path) -> None:
    """Code, parameters, card, example, rows and stages; its rows break no rule."""
    found = inferred(written(tmp_path, text(GOOD)))
    files = write(found, tmp_path)
    assert all(file.is_file() for file in files)
    numbers = params.load("churn", tmp_path / params_file("churn"))
    findings = validate(Written(found, tmp_path), numbers.prepare, tmp_path / "feedback.parquet")
    assert not findings.broken
    request = orjson.loads((tmp_path / folder("churn") / "example.json").read_bytes())
    assert found.input.read(request["instances"]).shape == (1, 3)
    stages = (tmp_path / stages_file("churn")).read_text()
    assert stages.count("training/tasks/churn/card.md") == 1
    assert "*Fill in" in read_card(str(tmp_path / folder("churn") / "task.py"))


def test_its_code_is_as_the_checks_want_it_and_says_what_was_inferred(tmp_path: Path) -> None:
    """Formatted, whatever the words are; running it gives the same columns and labels."""
    words = ['"quoted"', "it's", "back\\slash", "zwei\nZeilen", "🙂", *map(str.upper, "abcdefgh")]
    long = [f"{word} {'and so on ' * 3}".strip() for word in words]
    found = column(tmp_path, [f'"{word.replace(chr(34), chr(34) * 2)}"' for word in long], by="\t")
    assert next(one for one in found.columns if one.name == "x").column is not None
    source = code(found)
    black = [sys.executable, "-m", "black", "--quiet", "--line-length", "100", "--check", "-"]
    assert subprocess.run(black, input=source, text=True, check=False).returncode == 0
    place = tmp_path / "churn" / "task.py"
    place.parent.mkdir()
    (place.parent / "card.md").write_text("About.")
    space: dict[str, object] = {"__file__": str(place), "__name__": "churn.task"}
    exec(compile(source, str(place), "exec"), space)  # noqa: S102 - it is ours
    task: Any = space["TASK"]
    assert task.input == found.input and task.output == found.target.output


def test_nothing_stays_where_a_stage_fails(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What was inferred is still said; outside a repository DVC runs no stage."""
    file = written(tmp_path, text(GOOD))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(TrialFailed, match="dvc repro .*: failed, see above; no file of the task"):
        main(["--name", "churn", "--file", str(file), "--target", "weg"], root=tmp_path)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == before
    out = capfd.readouterr().out
    assert "CSV in UTF-8, separated by commas, 240 rows, 4 columns" in out
    assert "vertrag ('Vertrag')  3 categories: " in out
    assert "weg                  is predicted: 2 labels: ja 120, nein 120" in out


def test_a_name_that_is_taken_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    """Also where only the data of such a task is there."""
    (tmp_path / "data" / "churn").mkdir(parents=True)
    arguments = ["--name", "churn", "--file", "gone.csv", "--target", "weg"]
    with pytest.raises(Exception, match="NAME: got 'churn', expected a name without a folder data"):
        main(arguments, root=tmp_path)


def test_of_two_commands_at_once_one_makes_the_task(tmp_path: Path) -> None:
    """The other leaves the folders alone, which are not its own."""
    with new_folders("churn", tmp_path):
        (tmp_path / "data" / "churn").mkdir(parents=True)
        with pytest.raises(BadParameter, match="NAME: got 'churn', expected a name of which no"):
            with new_folders("churn", tmp_path):
                pytest.fail("two commands make one task")
        assert (tmp_path / folder("churn")).is_dir() and (tmp_path / "data" / "churn").is_dir()
