"""The numbers of params.yaml: what is wrong is said in one line, with field, value, expectation."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from perennial.kinds.inputs.text import TextInput
from tests.toy.numbers import FILE
from tests.toy.task import TASK
from tests.training.bad_data import Altered
from training import params
from training.command_line import run
from training.errors import BadParameter
from training.model import found
from training.tasks import TASKS

KNOWN = ", ".join(found.names())
Change = tuple[str, Any]


def changed(folder: Path, *changes: Change) -> Path:
    """Write the toy task's params.yaml with some keys set to other values."""
    yaml = YAML()
    document = yaml.load(FILE.read_text())
    for path, value in changes:
        *parents, last = path.split(".")
        block = document
        for name in parents:
            block = block[name]
        if value is None:
            del block[last]
        else:
            block[last] = value
    file = folder / "params.yaml"
    yaml.dump(document, file)
    return file


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_its_numbers(task: str) -> None:
    """The committed file is valid for each task."""
    train = params.load(task).train
    assert isinstance(train.parameters, found.find(train.model).Parameters)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("train.momentum", 0.9, "train.momentum: got 0.9, expected no such field"),
        ("serve", {}, "serve: got {}, expected no such field"),
        ("prepare.test", 1.5, "prepare.test: got 1.5, expected less than 0.5"),
        ("prepare.fresh_test", 0, "prepare.fresh_test: got 0, expected greater than 0"),
        ("train.model", "alchemy", f"train.model: got 'alchemy', expected one of {KNOWN}"),
        ("train.model", None, "train.model: got nothing, expected a value"),
        ("train.parameters", None, "train.parameters: got nothing, expected a value"),
        ("train.parameters", 3, "train.parameters: got 3, expected a valid dictionary"),
        ("train.parameters.luck", 1, "train.parameters.luck: got 1, expected no such field"),
        ("train.fresh_weight", 0, "train.fresh_weight: got 0, expected greater than or eq"),
        ("export.version", "1.0", "export.version: got '1.0', expected"),
        ("export.tolerance", 0, "export.tolerance: got 0, expected greater than 0"),
        ("export.bins", None, "export.bins: got nothing, expected a value"),
        ("collect.least_rows", -1, "collect.least_rows: got -1, expected greater than 0"),
        ("gate.level", 1, "gate.level: got 1, expected less than 1"),
    ],
)
def test_a_wrong_number_is_named(tmp_path: Path, path: str, value: Any, message: str) -> None:
    """An unknown, missing, mistyped or impossible value is an error of one line that names it."""
    file = changed(tmp_path, (path, value))
    with pytest.raises(BadParameter) as error:
        params.load("toy", file)
    assert f"{file}: {message}" in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("model", "parameter"),
    [(name, key) for name in found.names() for key in found.find(name).Parameters.model_fields],
)
def test_a_models_own_parameters_are_checked(tmp_path: Path, model: str, parameter: str) -> None:
    """By the model that is chosen: each one that is missing or of a wrong type is named."""
    good = found.find(model).trial.model_dump(mode="json")
    field = f"train.parameters.{parameter}"
    for value, got in (({}, "nothing"), ({parameter: ["odd"]}, "['odd']")):
        block = {key: given for key, given in good.items() if key != parameter} | value
        file = changed(tmp_path, ("train.model", model), ("train.parameters", block))
        with pytest.raises(BadParameter) as error:
            params.load("toy", file)
        assert str(error.value).startswith(f"{file}: {field}: got {got}, expected ")


@pytest.mark.parametrize("task", TASKS)
def test_parameters_come_back_from_what_is_recorded(task: str) -> None:
    """The whole block, the model's own parameters included, is what the reports record."""
    numbers = params.load(task)
    assert params.TaskParams.model_validate(numbers.model_dump(mode="json")) == numbers
    assert numbers.model_dump()["train"]["parameters"] == numbers.train.parameters.model_dump()


def test_a_task_without_a_file_is_named() -> None:
    """The message names the file and the task."""
    expected = "training/tasks/cats/params.yaml: got nothing, expected the parameters of the task"
    with pytest.raises(BadParameter, match=f"{expected} cats"):
        params.load("cats")


@pytest.mark.parametrize("text", ["", "a list\n", "- 1\n"])
def test_a_file_without_blocks_is_named(tmp_path: Path, text: str) -> None:
    """An empty file, too."""
    file = tmp_path / "params.yaml"
    file.write_text(text)
    with pytest.raises(BadParameter, match="params.yaml: document: got "):
        params.load("toy", file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gate:\n  seed: 7\n  seed: 8\n", ', line 3: got no YAML (found duplicate key "seed"'),
        (
            "gate:\n\tseed: 7\n",
            ", line 2: got no YAML (found character '\\t' that cannot start any token",
        ),
        ("gate: [7\n", ", line 2: got no YAML (expected ',' or ']', but got '<stream end>'"),
        ("gate: \x07\n", ": got no YAML (unacceptable character #x0007"),
    ],
)
def test_a_file_that_is_no_yaml_is_named(tmp_path: Path, text: str, message: str) -> None:
    """In one sentence with the line: a key that is there twice, a tab, a bracket that is open."""
    file = tmp_path / "params.yaml"
    file.write_text(text)
    with pytest.raises(BadParameter) as error:
        params.load("toy", file)
    assert f"{file}{message}" in str(error.value) and "\n" not in str(error.value)


def test_a_model_that_does_not_fit_is_named_before_its_parameters(tmp_path: Path) -> None:
    """Nobody has to complete the parameters of a model that the task cannot have."""
    file = changed(tmp_path, ("train.parameters", {}))
    task = Altered(TASK.load(), input=TextInput())
    with pytest.raises(BadParameter, match="train.model: got .* as input, not text"):
        params.load("toy", file, of=task)


def test_a_command_prints_the_error_as_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback: the class, the field, the value, and exit code 2."""
    file = changed(tmp_path, ("gate.seed", -1))
    assert run(lambda: print(params.load("toy", file))) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"BadParameter: {file}: gate.seed: got -1, expected greater")
    assert err.count("\n") == 1
