"""Published texts and photographs through the whole loop, where their rows are."""

import os
from pathlib import Path

import pytest

from tests.loop.played import RETRAINED, Demo, events
from tests.published_rows import published_files
from tests.trees import Tree
from training.task.files import rows_file
from training.task.obtain import obtain
from training.tasks import TASKS

pytestmark = [pytest.mark.loop, pytest.mark.nightly, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("name", ["news", "cifar10"])
def test_the_first_shift_of_a_task_is_learnt(name: str, tmp_path: Path) -> None:
    """A topic that was rare, a lens with a tint: one retrain, a version that is better at it."""
    source = TASKS.source(name)
    published_files(source)
    tree = Tree(tmp_path / "tree", name)
    obtain(source, tree.root / rows_file(name), folder=Path(os.environ["PERENNIAL_DATA"]))
    tree.python("training.tasks", "generate")
    timeline, output = Demo(tree, tmp_path / "out", "--task", name).result()
    assert events(timeline) == RETRAINED, output
    accuracy = timeline["accuracy"]
    assert accuracy["drifted"] < accuracy["after"] < accuracy["before"], output
