"""A model that does not take the input, or its own parameters, stops before any row is read."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from perennial.kinds.inputs.text import TextInput
from tests.toy.numbers import NUMBERS
from tests.training.bad_data import Altered, Stage, good
from training.models.transformer import Transformer
from training.task.files import params_file


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Return a repository where an earlier run wrote."""
    return Stage(tmp_path)


def test_a_model_that_does_not_take_the_input_is_refused(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before any row is checked: the message names the model and both kinds; no file changes."""
    before, model = stage.state(), NUMBERS.train.model
    assert stage.validate(Altered(good().rows(), input=TextInput())) == 2
    found = capsys.readouterr().err
    field = f"{stage.root}/training/tasks/toy/params.yaml: train.model"
    assert found.startswith(f"BadParameter: {field}: got {model!r}, ")
    assert found.endswith("as input, not text\n") and found.count("\n") == 1
    assert stage.state() == before


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"width": 18, "heads": 4}, "width: got 18, expected a multiple of 4 heads"),
        ({"pretrained": "bret"}, "pretrained: got 'bret', expected a folder or an installed"),
        ({"pretrained": "no/where"}, "pretrained: got 'no/where', expected a folder or an inst"),
    ],
)
def test_parameters_that_the_model_would_refuse_are_named(
    given: dict[str, object], message: str, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before any row is checked, not when training begins; no file changes."""
    file, yaml = stage.root / params_file("toy"), YAML()
    document = yaml.load(file)
    document["train"]["model"] = "transformer"
    document["train"]["parameters"] = Transformer.trial.model_dump() | given
    yaml.dump(document, file)
    before = stage.state()
    assert stage.validate(Altered(good().rows(), input=TextInput())) == 2
    assert capsys.readouterr().err.startswith(f"BadParameter: train.parameters.{message}")
    assert stage.state() == before
