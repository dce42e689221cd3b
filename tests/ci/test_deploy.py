"""ci/deploy runs a verb of the deploy target for each task, with what is set for that task."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from demo.workspace import ROOT

VERB = """#!/bin/sh
echo "$(basename "$(dirname "$0")") $1 $PERENNIAL_BUNDLES $PERENNIAL_URL"
[ "$1" != artifacts/broken/bundle ]
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with two deploy targets that print what they are given."""
    for target in ("local", "other"):
        (tmp_path / "deploy" / target).mkdir(parents=True)
        for verb in ("deploy", "verify", "rollback"):
            (tmp_path / "deploy" / target / verb).write_text(VERB)
            (tmp_path / "deploy" / target / verb).chmod(0o755)
    for task in ("broken", "cats", "news"):
        manifest = Path("artifacts", task, "bundle", "manifest.json")
        (tmp_path / manifest).parent.mkdir(parents=True)
        (tmp_path / manifest).write_text(task)
        digest = hashlib.sha256(task.encode()).hexdigest()
        (tmp_path / "training" / "tasks" / task).mkdir(parents=True)
        (tmp_path / "training" / "tasks" / task / "bundle.sha256").write_text(
            f"{digest}  {manifest}\n"
        )
    return tmp_path


def deploy(
    checkout: Path, *tasks: str, verb: str = "deploy", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a verb for tasks."""
    env = {"PATH": os.environ["PATH"], "PERENNIAL_BUNDLES": "/b", "PERENNIAL_URL": "http://u"}
    command = [str(ROOT / "ci" / "deploy"), verb, *tasks]
    return subprocess.run(command, cwd=checkout, env=env | more, capture_output=True, text=True)


def test_each_task_has_its_turn(checkout: Path) -> None:
    """With the variables of all tasks."""
    lines = deploy(checkout, "cats", "news").stdout.splitlines()
    assert lines == [f"local artifacts/{task}/bundle /b http://u" for task in ("cats", "news")]


def test_a_variable_with_a_tasks_name_is_for_that_task_alone(checkout: Path) -> None:
    """The next one has the common value again."""
    own = {"PERENNIAL_BUNDLES_cats": "/cats", "DEPLOY_TARGET_cats": "other"}
    lines = deploy(checkout, "cats", "news", **own).stdout.splitlines()
    assert lines == [
        "other artifacts/cats/bundle /cats http://u",
        "local artifacts/news/bundle /b http://u",
    ]


def test_a_task_that_fails_does_not_keep_the_others_from_their_turn(checkout: Path) -> None:
    """The job fails all the same."""
    result = deploy(checkout, "broken", "news")
    assert result.returncode == 1 and "local artifacts/news/bundle" in result.stdout


def test_only_the_task_that_fails_its_check_is_rolled_back(checkout: Path) -> None:
    """A healthy model does not leave production because of another task's."""
    lines = deploy(checkout, "broken", "news", verb="rollback").stdout.splitlines()
    assert lines == ["local artifacts/broken/bundle /b http://u", "news: healthy, serves on"]


def test_the_only_task_is_rolled_back_whatever_another_check_says(checkout: Path) -> None:
    """Its check has just failed."""
    lines = deploy(checkout, "news", verb="rollback").stdout.splitlines()
    assert lines == ["local artifacts/news/bundle /b http://u"]


@pytest.mark.parametrize("tasks", [("cats",), ("cats", "news")])
def test_a_wrong_key_rolls_nothing_back(checkout: Path, tasks: tuple[str, ...]) -> None:
    """It says nothing about the bundle; a check that fails for any other reason does roll back."""
    check = checkout / "deploy" / "local" / "verify"
    check.write_text("#!/bin/sh\nexit 3\n")
    result = deploy(checkout, *tasks, verb="rollback")
    assert result.returncode == 1 and result.stdout == ""
    assert "cats: not rolled back, since the service refuses PERENNIAL_API_KEY" in result.stderr
    check.write_text("#!/bin/sh\nexit 1\n")
    lines = deploy(checkout, *tasks, verb="rollback").stdout.splitlines()
    assert lines == [f"local artifacts/{task}/bundle /b http://u" for task in tasks]


def test_another_bundle_than_the_merged_one_is_not_deployed(checkout: Path) -> None:
    """Nor one of which git names no digest; the target alone would deploy either."""
    bundle = checkout / "artifacts" / "cats" / "bundle"
    (bundle / "manifest.json").write_text("another")
    (checkout / "training" / "tasks" / "news" / "bundle.sha256").unlink()
    result = deploy(checkout, "cats", "news")
    assert result.returncode == 1 and result.stdout == ""
    assert "artifacts/cats/bundle: its digest is" in result.stderr
    assert "training/tasks/news/bundle.sha256: not there" in result.stderr
    for task in ("cats", "news"):
        assert (
            f"{task}: not deployed, since its bundle is not the one that git names" in result.stderr
        )
    alone = subprocess.run([checkout / "deploy" / "local" / "deploy", bundle])
    assert alone.returncode == 0


def test_without_a_task_it_says_so(checkout: Path) -> None:
    """Before the first training there is nothing to deploy."""
    result = deploy(checkout)
    assert result.returncode == 0
    assert "no bundle was built" in result.stdout
