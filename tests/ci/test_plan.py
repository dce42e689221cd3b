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

TASKS = ("digits", "news")
FILE = """\
stages:
  prepare:
    wdir: ../../..
    cmd: mkdir -p artifacts/TASK/made && cp data.txt artifacts/TASK/made/copy
    deps: [data.txt]
    outs: [artifacts/TASK/made]
  train:
    wdir: ../../..
    cmd: cp artifacts/TASK/made/copy artifacts/TASK/model
    deps: [artifacts/TASK/made]
    params: [{training/tasks/TASK/params.yaml: [seed]}]
    outs: [artifacts/TASK/model]
"""
CURRENT = "TASKS=digits\nSTALE_TASKS=\n"
STALE = "TASKS=digits\nSTALE_TASKS=digits\n"
LOCK = "training/tasks/digits/dvc.lock"


class Project:
    """A small DVC pipeline of two tasks, trained and pushed, and a clone without its outputs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variables: dict[str, str] = {}
        self.remote = folder / "remote"
        self.author, self.clone = folder / "author", folder / "clone"
        self.author.mkdir()
        git(self.author, "init", "--quiet")
        (self.author / "data.txt").write_text("1\n")
        for task in TASKS:
            place = self.author / "training" / "tasks" / task
            place.mkdir(parents=True)
            (place / "dvc.yaml").write_text(FILE.replace("TASK", task))
            (place / "params.yaml").write_text("seed: 1\n")
        self.dvc("init", "--quiet")
        self.dvc("remote", "add", "--quiet", "--default", "store", str(self.remote))
        self.dvc("repro", "--quiet", "--all-pipelines")
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
        return {**self.variables, "PATH": path, "HOME": str(self.folder), "DVC_NO_ANALYTICS": "1"}

    def plan(self, *arguments: str) -> tuple[str, str]:
        """Run ci/plan in the clone; return what it says and what it writes."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout, (self.clone / "plan.env").read_text()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ci/plan in the clone."""
        return subprocess.run(
            [str(ROOT / "ci" / "plan"), *arguments],
            cwd=self.clone,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

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
    assert written == CURRENT
    assert "digits will not be trained" in said
    assert not (project.clone / "artifacts" / "digits" / "model").exists()


def test_a_changed_input_makes_the_lock_stale(project: Project) -> None:
    """The reason names stage and file."""
    project.edit("data.txt", "1", "2")
    said, written = project.plan("digits")
    assert written == STALE
    assert "prepare: data.txt modified" in said


def test_a_changed_parameter_makes_its_task_stale(project: Project) -> None:
    """The other task has nothing to train."""
    project.edit("training/tasks/digits/params.yaml", "seed: 1", "seed: 2")
    said, written = project.plan("digits", "news")
    assert written == "TASKS=digits news\nSTALE_TASKS=digits\n"
    assert "train: training/tasks/digits/params.yaml: seed modified" in said
    assert "news will not be trained" in said


def test_without_tasks_there_is_nothing_to_train(project: Project) -> None:
    """As after a merge request that removes a task."""
    assert project.plan() == ("", "TASKS=\nSTALE_TASKS=\n")


def test_a_lock_merged_by_hand_is_stale(project: Project) -> None:
    """A stage that ran with another output than the one beside it is no result."""
    lock = (project.clone / LOCK).read_text()
    made = next(line for line in lock.splitlines() if "md5: " in line and ".dir" in line)
    first, _, rest = lock.partition(made)
    project.edit(LOCK, first + made, first + made.replace("md5: ", "md5: 0000")[:-4] + ".dir")
    assert rest
    said, written = project.plan("digits")
    assert written == STALE, said


def test_a_task_that_was_never_trained_is_stale(project: Project) -> None:
    """Without a lock everything is to be done."""
    (project.clone / LOCK).unlink()
    assert project.plan("digits")[1] == STALE


@pytest.mark.parametrize("text", ["", "stages:\n<<<<<<< ours\n", "stages: [train]\n"])
def test_a_lock_that_cannot_be_read_is_named(project: Project, text: str) -> None:
    """It ends with a sentence, and does not train over what a merge left unresolved."""
    (project.clone / LOCK).write_text(text)
    done = project.run("digits")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert f"{LOCK}: not a lock that DVC wrote; resolve its conflict" in done.stderr


def test_a_digest_that_git_lacks_is_stale() -> None:
    """Git keeps it, so it is no output that was merely not fetched; main would not deploy."""
    digest = "training/tasks/digits/bundle.sha256"
    status = [{"changed outs": {digest: "deleted", "artifacts/digits/bundle": "deleted"}}]
    assert list(load("plan").changes("export", status, {})) == [f"export: {digest} deleted"]


def test_outputs_that_merge_requests_have_stored_are_stored(project: Project) -> None:
    """In their own remote, from which main copies them after the merge."""
    review = project.remote.with_name("review")
    project.remote.rename(review)
    settings = project.clone / ".dvc" / "config.local"
    settings.write_text(f"['remote \"review\"']\n    url = {review}\n")
    project.variables = {"DVC_REVIEW_URL": str(review)}
    try:
        said, written = project.plan("digits")
    finally:
        review.rename(project.remote)
        settings.unlink()
        project.variables = {}
    assert written == CURRENT, said


def test_outputs_that_were_never_pushed_are_named(project: Project) -> None:
    """The message says what to run, and the task is trained rather than left without a model."""
    hidden = project.remote.with_name("hidden")
    project.remote.rename(hidden)
    try:
        said, written = project.plan("digits")
    finally:
        hidden.rename(project.remote)
    assert written == STALE
    assert "the DVC remote lacks its outputs" in said and "run `dvc push`" in said
    assert "artifacts/digits/model" in said and "artifacts/news" not in said
