"""ci/plan: whether a task has to be trained, told without its outputs."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.workspace import ROOT
from tests.ci.scripts import load
from tests.demo.forge.fixtures import git

PLAN = load("plan")
FILE = """\
stages:
  prepare:
    matrix: {task: [digits, news]}
    cmd: mkdir -p artifacts/${item.task}/made && cp data.txt artifacts/${item.task}/made/copy
    deps: [data.txt]
    outs: ["artifacts/${item.task}/made"]
  train:
    matrix: {task: [digits, news]}
    cmd: cp artifacts/${item.task}/made/copy artifacts/${item.task}/model
    deps: ["artifacts/${item.task}/made"]
    params: ["${item.task}.seed"]
    outs: ["artifacts/${item.task}/model"]
"""


class Project:
    """A small DVC pipeline of two tasks, trained and pushed, and a clone without its outputs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.remote = folder / "remote"
        self.author, self.clone = folder / "author", folder / "clone"
        self.author.mkdir()
        git(self.author, "init", "--quiet")
        for name, text in (
            ("dvc.yaml", FILE),
            ("data.txt", "1\n"),
            ("params.yaml", "digits: {seed: 1}\nnews: {seed: 1}\n"),
        ):
            (self.author / name).write_text(text)
        self.dvc("init", "--quiet")
        self.dvc("remote", "add", "--quiet", "--default", "store", str(self.remote))
        self.dvc("repro", "--quiet")
        self.dvc("push", "--quiet")
        git(self.author, "add", "--all")
        git(self.author, "commit", "--quiet", "-m", "Train")
        git(folder, "clone", "--quiet", str(self.author), str(self.clone))

    def dvc(self, *arguments: str) -> None:
        """Run DVC as the author."""
        command = [sys.executable, "-m", "dvc", *arguments]
        subprocess.run(command, cwd=self.author, env=self.environment(), check=True)

    def environment(self) -> dict[str, str]:
        """Return what a job has."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self.folder), "DVC_NO_ANALYTICS": "1"}

    def plan(self, *arguments: str) -> tuple[str, str]:
        """Run ci/plan in the clone; return what it says and what it writes."""
        done = subprocess.run(
            [str(ROOT / "ci" / "plan"), *arguments],
            cwd=self.clone,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout, (self.clone / "plan.env").read_text()

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file of the clone."""
        path = self.clone / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The project, trained once."""
    yield Project(tmp_path_factory.mktemp("plan"))


@pytest.fixture
def project(trained: Project) -> Project:
    """The project as its author left it."""
    git(trained.clone, "checkout", "--quiet", "--force", ".")
    shutil.rmtree(trained.clone / ".dvc" / "cache", ignore_errors=True)
    return trained


def test_a_lock_that_matches_is_current_without_any_output(project: Project) -> None:
    """Nothing is downloaded to know it."""
    said, written = project.plan("digits")
    assert written == "DVC_LOCK=current\n"
    assert "digits will not be trained" in said
    assert not (project.clone / "artifacts" / "digits" / "model").exists()


def test_a_changed_input_makes_the_lock_stale(project: Project) -> None:
    """The reason names stage and file."""
    project.edit("data.txt", "1", "2")
    said, written = project.plan("digits")
    assert written == "DVC_LOCK=stale\n"
    assert "prepare@digits: data.txt modified" in said


def test_a_changed_parameter_makes_the_lock_stale_for_its_task(project: Project) -> None:
    """The other task has nothing to train."""
    project.edit("params.yaml", "digits: {seed: 1}", "digits: {seed: 2}")
    said, written = project.plan("digits")
    assert written == "DVC_LOCK=stale\n"
    assert "train@digits: params.yaml: digits.seed modified" in said
    assert project.plan("news")[1] == "DVC_LOCK=current\n"


def test_a_lock_merged_by_hand_is_stale(project: Project) -> None:
    """A stage that ran with another output than the one beside it is no result."""
    lock = (project.clone / "dvc.lock").read_text()
    made = next(line for line in lock.splitlines() if "md5: " in line and ".dir" in line)
    first, _, rest = lock.partition(made)
    project.edit("dvc.lock", first + made, first + made.replace("md5: ", "md5: 0000")[:-4] + ".dir")
    assert rest
    said, written = project.plan("digits")
    assert written == "DVC_LOCK=stale\n", said


def test_a_task_that_was_never_trained_is_stale(project: Project) -> None:
    """Without a lock everything is to be done."""
    (project.clone / "dvc.lock").unlink()
    assert project.plan("digits")[1] == "DVC_LOCK=stale\n"


def test_outputs_that_were_never_pushed_are_named(project: Project) -> None:
    """The message says what to run, and the task is trained rather than left without a model."""
    hidden = project.remote.with_name("hidden")
    project.remote.rename(hidden)
    try:
        said, written = project.plan("digits")
    finally:
        hidden.rename(project.remote)
    assert written == "DVC_LOCK=stale\n"
    assert "the DVC remote lacks its outputs" in said and "run `dvc push`" in said
    assert "artifacts/digits/model" in said and "artifacts/news" not in said


def test_without_a_task_it_says_how_to_call_it(capsys: pytest.CaptureFixture[str]) -> None:
    """One argument is wanted."""
    assert PLAN.main([]) == 2
    assert capsys.readouterr().err == "usage: ci/plan TASK\n"
