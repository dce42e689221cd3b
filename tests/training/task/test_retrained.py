"""The tests hold in a tree in which a retrain has been merged, as in one that never had any."""

import shutil
from pathlib import Path

import pytest

from demo.workspace import ROOT
from service.store import tables
from service.store.writes import utc
from tests.trees import Tree
from training import params
from training.task.tracking import dvc_file
from training.task.files import data_folder
from training.tasks import TASKS

TASK = next(iter(TASKS))
INCIDENT = "0123456789ab"
STARTED = 1_790_000_000.0  # Unix seconds
PYTEST = ("-q", "-p", "no:cacheprovider", "-m", "not nightly and not loop")
# Those that read a task's rows, its parameters or its lock, and a fresh clone's first training.
QUICK = (
    "tests/training/test_tasks.py",
    "tests/training/test_params.py",
    "tests/training/stages/test_pipeline.py::test_a_fresh_clone_trains_a_bundle",
)
WHOLE = ("tests/training", "tests/ci", "tests/perennial/kinds", "tests/demo/test_workspace.py")
# Minutes long, and about other trees than this one.
LEFT_OUT = ("tests/ci/test_examples.py", "tests/training/task/test_retrained.py")


def label(address: str, count: int) -> None:
    """Store the task's first rows as labelled predictions in a new service's database."""
    task, engine = TASKS[TASK], tables.connect(address)
    tables.create(engine)
    rows = task.load()
    inputs = task.input.from_arrow(rows.table.slice(0, count))
    with engine.begin() as connection:
        for at, (row, word) in enumerate(zip(inputs, rows.labels, strict=False)):
            prediction = {
                "prediction_id": f"p{at}",
                "model": TASK,
                "version": params.load(TASK).export.version,
                "observed_at": utc(STARTED + at),
                "input": task.input.stored(task.input.instance(row)).decode(),
                "predicted": word,
                "confidence": 0.5,
            }
            connection.execute(tables.predictions.insert(), prediction)
            given = {"prediction_id": f"p{at}", "label": word, "labelled_at": utc(STARTED + at)}
            connection.execute(tables.feedback.insert(), given)
    engine.dispose()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A tree whose task has collected the rows of an incident, which DVC tracks."""
    tree = Tree(tmp_path / "tree", task=TASK)
    tree.take_the_quick_model()
    tree.python("monitoring", "generate")  # as `make task-remove` does for the tasks that are gone
    tree.commit("Choose the quick model")
    address = f"sqlite:///{tmp_path / 'service.db'}"
    label(address, 2 * params.load(TASK).collect.least_rows)
    since = (f"--incident={INCIDENT}", f"--incident-started={utc(STARTED)}")
    tree.python("training.feedback.collect", f"--task={TASK}", f"--database={address}", *since)
    return tree


@pytest.mark.nightly
def test_rows_that_a_retrain_collected_break_no_test(tree: Tree) -> None:
    """The rows, their .dvc file and the raised version are there."""
    tree.commit("Collect")
    rows = data_folder(TASK) / "feedback.parquet"
    assert (tree.root / rows).is_file()
    changed = tree.git("show", "--name-only", "--format=").split()
    assert {str(dvc_file(rows)), tree.params} <= set(changed)
    tree.python("pytest", *PYTEST, *QUICK)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_the_tests_hold_after_a_merged_retrain(tree: Tree) -> None:
    """The new model's lock is there, and the rows are not: a clone before its `dvc pull`."""
    tree.dvc("repro", "--all-pipelines")
    tree.commit("Retrain")
    (tree.root / data_folder(TASK) / "feedback.parquet").unlink()
    shutil.copytree(ROOT / "node_modules", tree.root / "node_modules", symlinks=True)
    tree.python("pytest", *PYTEST, *WHOLE, *(f"--ignore={file}" for file in LEFT_OUT))
