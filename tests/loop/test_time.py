"""Time itself through the whole loop, with a table that the tests make up."""

import shutil
from pathlib import Path

import pytest
from pyarrow import parquet

from tests.loop.played import Demo, events
from tests.loop.shop.task import FILE, visits
from tests.trees import Tree
from training.task.creation import create
from training.task.files import folder

pytestmark = [pytest.mark.loop, pytest.mark.nightly, pytest.mark.timeout(1800)]

NAME = "shop"
ONE = [
    "alert_firing",
    "pipeline_triggered",
    "challenger_trained",
    "gate_promoted",
    "merged",
    "redeployed",
]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A tree with the task, whose rows git has."""
    tree = Tree(tmp_path / "tree")
    create(NAME, tree.root)
    shutil.copyfile(Path(__file__).parent / NAME / "task.py", tree.root / folder(NAME) / "task.py")
    parquet.write_table(visits(), tree.root / FILE)
    tree.commit("Add the shop")
    return tree


def test_two_changes_of_the_world_are_learnt_one_after_the_other(
    tree: Tree, tmp_path: Path
) -> None:
    """Two retrains, each a version that serves, and a last one better than the first would be."""
    timeline, output = Demo(tree, tmp_path / "out", "--task", NAME).result()
    twice = [*ONE, *(f"{event}_2" for event in ONE)]
    assert events(timeline) == ["trained", "deployed", "drift_started", *twice], output
    assert len(timeline["versions"]) == 3
    last = timeline["served"][-1]
    assert last["kept"] > last["first"] + 0.05
    assert "would have had" in output
