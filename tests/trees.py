"""Copies of this working tree, which other tests cannot disturb, and one with a trained model."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

from demo.workspace import ROOT, copy_tree
from tests.models import quick_block
from training.task.creation import create
from training.task.files import params_file
from training.tasks import TASKS

TOY = "toy"
TOY_FOLDER = Path(__file__).with_name("toy")


class Tree:
    """A repository of its own with this tree's files, and one task."""

    def __init__(self, root: Path, task: str = TOY) -> None:
        """task: one of this tree, or the tests' own."""
        self.root = root
        self.params = str(params_file(task))
        # A fork may have a task of that name.
        copy_tree(ROOT, root, task="" if task == TOY else task)
        if task == TOY:
            add_toy(root)
        self._task = task

    def take_the_quick_model(self) -> None:
        """Let the task have the model that trains in a moment."""
        yaml, file = YAML(), self.root / self.params
        document = yaml.load(file)
        document["train"].update(quick_block(TASKS[self._task]))
        yaml.dump(document, file)

    def shrink_the_network(self) -> None:
        """Halve the shipped network's filters: it answers as well, in less time."""
        self.edit(self.params, "filters: 32", "filters: 16")

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file."""
        path = self.root / name
        text = path.read_text()
        assert old in text, f"{name}: no {old!r}"
        path.write_text(text.replace(old, new))

    def git(self, *arguments: str) -> str:
        """Run git here and return its output."""
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def dvc(self, *arguments: str) -> str:
        """Run DVC here and return its output."""
        return self.python("dvc", *arguments)

    def python(self, module: str, *arguments: str) -> str:
        """Run a Python module here and return its output."""
        environment = {**os.environ, "DVC_NO_ANALYTICS": "1"}
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def add_toy(root: Path, name: str = TOY) -> None:
    """Add the tests' own task to a tree, as a fork adds one."""
    for file in create(name, root):
        if (TOY_FOLDER / file.name).is_file() and file.parent.name == name:
            shutil.copyfile(TOY_FOLDER / file.name, file)


def trained(root: Path) -> Tree:
    """Return a tree after its first `dvc repro`, of the toy task; its lock is not committed."""
    tree = Tree(root)
    tree.git("add", "--all")
    tree.git("commit", "--quiet", "--message", "Start")
    tree.dvc("repro", "--all-pipelines")
    return tree


def copy_trained(tree: Tree, root: Path) -> None:
    """Copy a tree with its outputs and DVC's cache."""
    shutil.copytree(tree.root, root, symlinks=True)
