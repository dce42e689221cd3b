"""The loop in seconds, for each pair of kinds that `make test` plays no whole demo of.

Rows are made up, so no data has to be there. An image to classes is test_loop.py's.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from demo.workspace import ROOT, copy_tree
from training.model import found
from training.task.creation import create
from training.task.files import params_file

pytestmark = [pytest.mark.loop, pytest.mark.seconds(20)]
TASKS = ROOT / "tests" / "training" / "travel"


@pytest.mark.parametrize(
    ("task", "model", "floor"),
    [("people", "boosting", 0.5), ("news", "ngrams", 0.5), ("rentals", "boosting", 10)],
)
def test_a_shift_is_seen_and_learnt(task: str, model: str, floor: float, tmp_path: Path) -> None:
    """Usual rows raise no alert; the shift does, its labels teach a version that is better at it.

    A table to classes, texts to classes, a table to a number, each with a model that is shipped.
    """
    root = tmp_path / "tree"
    copy_tree(ROOT, root, task="")
    create(task, root)
    shutil.copy(TASKS / task / "task.py", root / "training" / "tasks" / task)
    yaml, file = YAML(), root / params_file(task)
    document = yaml.load(file)
    parameters = found.find(model).trial.model_dump(mode="json")
    document["train"].update({"model": model, "parameters": parameters})
    document["gate"]["floor"] = floor  # accuracy, or rentals
    yaml.dump(document, file)
    command = [sys.executable, "-m", "tests.loop.short", task, str(tmp_path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
