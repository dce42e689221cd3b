"""A model is a file in training/models: a new one is found, checked and trained by its name."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from demo.workspace import ROOT
from tests.trees import TOY, add_toy
from training.model import found
from training.task.files import folder, params_file
from training.tasks import TASKS

pytestmark = pytest.mark.seconds(15)

# The guide's own example.
NEAREST = re.findall(r"```python\n(.*?)```", (ROOT / "docs/models.md").read_text(), re.DOTALL)[0]


class Fork:
    """The packages that train, the toy task, and a model of the fork's own: `nearest`."""

    def __init__(self, root: Path, model: str = NEAREST) -> None:
        self.root = root
        for package in ("perennial", "training"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / package, root / package, ignore=ignored)
        (root / "training" / "models" / "nearest.py").write_text(model)
        for task in TASKS:
            shutil.rmtree(root / folder(task))
        add_toy(root)
        yaml, file = YAML(), root / params_file(TOY)
        document = yaml.load(file)
        document["train"].update({"model": "nearest", "parameters": {"sharpness": 0.01}})
        yaml.dump(document, file)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run Python there."""
        done = [sys.executable, *command]
        return subprocess.run(done, cwd=self.root, capture_output=True, text=True, check=False)

    def stage(self, name: str) -> str:
        """Run a stage for the task and return what it printed."""
        done = self.run("-m", f"training.stages.{name}")
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> Fork:
    """Return a fork with the guide's model."""
    return Fork(tmp_path_factory.mktemp("fork"))


def test_every_file_is_a_model() -> None:
    """Each is found by its file's name, and is one subclass of Model."""
    for name in found.names():
        assert (ROOT / "training" / "models" / f"{name}.py").is_file()
        assert type(found.find(name)).__module__ == f"training.models.{name}"


def test_a_new_file_is_listed_with_its_parameters(fork: Fork) -> None:
    """As a block that can be pasted into params.yaml."""
    listed = fork.run("-m", "training.model").stdout
    assert "model: nearest # image → classes\nparameters:\n  sharpness: 0.01 # " in listed


def test_a_new_file_keeps_every_promise(fork: Fork) -> None:
    """The checks find it and pass; nothing had to be added to them."""
    code = """
from training.contracts.models import checks
held = [(name, check()) for name, check in checks() if name.startswith("nearest")]
print(len(held), "checks")
"""
    done = fork.run("-c", code)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 10


def test_a_new_file_trains(fork: Fork) -> None:
    """Its parameters are in params.yaml; it has no epochs, so the log counts none."""
    for name in ("validate", "prepare"):
        fork.stage(name)
    printed = fork.stage("train")
    assert "training nearest on " in printed and "\naccuracy 0." in printed
    assert "base: accuracy 0." in fork.stage("evaluate")


@pytest.mark.parametrize(
    ("classes", "got"),
    [("", "none"), ("class A(Model):\n    pass\nclass B(A):\n    pass\n", "A, B")],
)
def test_a_file_that_is_not_one_model_is_named(tmp_path: Path, classes: str, got: str) -> None:
    """With what it defines, in one line."""
    fork = Fork(tmp_path / "fork", f"from training.model.model import Model\n{classes}")
    done = fork.run("-m", "training.model")
    expected = f"BadModel: training.models.nearest: got {got}, expected one subclass of Model\n"
    assert (done.returncode, done.stderr) == (2, expected)


def test_a_file_with_an_underscore_is_no_model(tmp_path: Path) -> None:
    """What several models share stands in such a file."""
    fork = Fork(tmp_path / "fork")
    models = fork.root / "training" / "models"
    (models / "nearest.py").rename(models / "_nearest.py")
    assert "nearest" not in fork.run("-m", "training.model").stdout
