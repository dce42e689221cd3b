"""A table and a text go the whole way in a tree that only got new files: the loop knows no kind."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from demo.workspace import ROOT, copy_tree
from training.task.creation import create
from training.task.files import params_file

pytestmark = pytest.mark.seconds(30)
HERE = Path(__file__).parent
TOYS = HERE.parents[1] / "perennial" / "kinds" / "toys"
MODELS = {
    "people": ("tree", {"depth": 4}),
    "news": ("words", {"words": 60}),
    "sums": ("ridge", {"shrinkage": 0.1}),
}
OF_EVERY_TASK = (
    "tests/training/test_tasks.py",
    "tests/training/stages/test_to_bundle.py",
    "tests/training/models/test_linear.py",
    "tests/training/model/test_pairing.py",
)


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this tree with tasks, models and kinds of its own."""
    root = tmp_path_factory.mktemp("fork") / "tree"
    copy_tree(ROOT, root, task="")  # none of its tasks, which may have these names in a fork
    for side, kind in (("inputs", "bits"), ("outputs", "amount")):
        shutil.copy(TOYS / f"{kind}.py", root / "perennial" / "kinds" / side)
    for task, (model, parameters) in MODELS.items():
        create(task, root)
        shutil.copy(HERE / task / "task.py", root / "training" / "tasks" / task)
        shutil.copy(HERE / f"{model}.py", root / "training" / "models")
        yaml, file = YAML(), root / params_file(task)
        document = yaml.load(file)
        document["train"].update({"model": model, "parameters": parameters})
        yaml.dump(document, file)
    return root


@pytest.mark.parametrize("task", ["people", pytest.param("news", marks=pytest.mark.nightly)])
def test_a_task_of_a_fork_goes_the_whole_way(fork: Path, tmp_path: Path, task: str) -> None:
    """Validate, prepare, train, evaluate, export, serve, feedback, collect, again, gate, report.

    A table has a time, a number, a word that the task did not know, and nulls; the new word, as
    sent, is what the second model learns from.
    """
    command = [sys.executable, "-m", "tests.training.travel.through", task, str(tmp_path)]
    done = subprocess.run(command, cwd=fork, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.nightly
def test_the_tests_of_tasks_and_models_hold_for_those_of_a_fork(fork: Path) -> None:
    """Whatever their kinds: none of these tests wants images or classes."""
    for module in (["training.tasks", "generate"], ["pytest", "-q", *OF_EVERY_TASK]):
        command = [sys.executable, "-m", *module]
        done = subprocess.run(command, cwd=fork, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_toys_of_every_kind_go_the_whole_way(fork: Path, tmp_path: Path) -> None:
    """Kinds of input and output, a model and a task that are new files, and nothing else changed.

    The gate promotes, keeps and blocks by the output's own loss, and reports speak of it alone.
    """
    command = [sys.executable, "-W", "error", "-m", "tests.training.travel.toys", str(tmp_path)]
    done = subprocess.run(command, cwd=fork, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
