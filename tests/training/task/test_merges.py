"""A fork with a task of its own takes over a new task and a retrain without a conflict."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.trees import TOY, Tree
from training.task.creation import create
from training.task.files import data_folder, folder, lock_file, params_file, stages_file

pytestmark = pytest.mark.seconds(20)

STAGES = """\
stages:
  train:
    wdir: ../../..
    cmd: mkdir -p artifacts/TASK && cp training/tasks/TASK/params.yaml artifacts/TASK/model
    deps: [data/TASK]
    params: [{training/tasks/TASK/params.yaml: [export]}]
    outs: [artifacts/TASK/model]
"""


def add(tree: Tree, task: str) -> None:
    """Add a task whose training copies a file, train it and commit."""
    if task != TOY:
        create(task, tree.root)
    (tree.root / stages_file(task)).write_text(STAGES.replace("TASK", task))
    tree.dvc("repro", "--all-pipelines")
    tree.commit(f"Add the task {task}")


def retrain(tree: Tree, task: str) -> None:
    """Do what a retrain commits: feedback, a raised version, another lock."""
    feedback = data_folder(task) / "feedback.parquet"
    (tree.root / feedback).write_text("rows\n")
    tree.dvc("add", str(feedback))
    tree.edit(str(params_file(task)), "version: 1.0.0", "version: 1.1.0")
    tree.dvc("repro", "--all-pipelines")
    tree.commit(f"Retrain {task}")


def test_a_new_task_and_a_retrain_merge_into_a_fork_with_its_own_task(tmp_path: Path) -> None:
    """Git needs no help, every task is found, and DVC finds all three trained."""
    tree = Tree(tmp_path / "tree")
    add(tree, TOY)
    tree.git("branch", "upstream")
    add(tree, "cats")
    tree.git("checkout", "--quiet", "upstream")
    add(tree, "news")
    retrain(tree, TOY)
    lock = (tree.root / lock_file(TOY)).read_text()
    tree.git("checkout", "--quiet", "main")
    tree.git("merge", "--quiet", "--no-edit", "upstream")
    assert (tree.root / lock_file(TOY)).read_text() == lock
    command = [sys.executable, "-m", "training.tasks", "list"]
    found = subprocess.run(command, cwd=tree.root, check=True, capture_output=True, text=True)
    assert found.stdout.split() == ["cats", "news", "toy"]
    tree.dvc("checkout")
    assert "Data and pipelines are up to date." in tree.dvc("status")
    graph = tree.dvc("dag", "--dot")
    assert all(f"{stages_file(task)}:train" in graph for task in ("cats", "news", "toy"))


@pytest.mark.nightly
def test_removing_one_task_and_retraining_another_merge(tmp_path: Path) -> None:
    """A fork that dropped the example takes over what comes later for the others."""
    tree = Tree(tmp_path / "tree")
    add(tree, TOY)
    add(tree, "news")
    tree.git("branch", "upstream")
    command = [sys.executable, "-m", "training.tasks", "remove", TOY]
    subprocess.run(command, cwd=tree.root, check=True, capture_output=True)
    tree.commit("Drop the example")
    tree.git("checkout", "--quiet", "upstream")
    tree.dvc("checkout")
    retrain(tree, "news")
    tree.git("checkout", "--quiet", "main")
    tree.git("merge", "--quiet", "--no-edit", "upstream")
    tree.dvc("checkout")
    assert "Data and pipelines are up to date." in tree.dvc("status")


@pytest.mark.nightly
def test_a_fork_that_replaced_the_example_keeps_its_own_model(tmp_path: Path) -> None:
    """As docs/tasks.md says: to git, its task looks like the example under another name."""
    tree = Tree(tmp_path / "tree")
    add(tree, TOY)
    tree.git("branch", "upstream")
    tree.python("training.tasks", "remove", TOY)
    add(tree, "news")
    own = {
        file: (tree.root / file).read_text() for file in (lock_file("news"), params_file("news"))
    }
    tree.git("checkout", "--quiet", "upstream")
    tree.dvc("checkout")
    retrain(tree, TOY)
    tree.git("checkout", "--quiet", "main")
    merge = ("git", "merge", "--quiet", "--no-commit", "-X", "find-renames=100%", "upstream")
    subprocess.run(merge, cwd=tree.root, check=False, capture_output=True)
    tree.git("rm", "-rf", "--quiet", str(folder(TOY)), str(data_folder(TOY)))
    tree.git("commit", "--quiet", "--message", "Merge")
    assert {file: (tree.root / file).read_text() for file in own} == own
    assert tree.git("diff", "--name-only", "HEAD~1").split() == []
