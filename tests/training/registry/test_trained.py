"""Main deploys the tasks that have a bundle, whatever the tags say of them."""

from pathlib import Path

import pytest

from perennial.gitlab.errors import GitLabRefused
from tests.training.registry.job import LOCK, Main
from training.errors import RegistryRefused
from training.gitlab.git import Repository
from training.registry.trained import trained
from training.task.files import lock_file

TASKS = ("digits", "news")


@pytest.fixture
def main(tmp_path: Path) -> Main:
    """Return a job on main."""
    return Main(tmp_path)


def found(main: Main) -> list[str]:
    """Return the tasks to deploy."""
    return trained(TASKS, Repository(main.root, main.environment))


def lock_news(main: Main, text: str) -> None:
    """Commit a lock of the task news."""
    file = main.root / lock_file("news")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    main.commit("Train news")


def test_a_task_that_was_never_trained_has_nothing_to_deploy(main: Main) -> None:
    """Without a lock, or with one that has no bundle yet."""
    main.commit("Start")
    assert found(main) == []
    lock_news(main, "stages:\n  prepare:\n    outs: []\n")
    assert found(main) == []


def test_every_trained_task_is_deployed_at_every_push(main: Main) -> None:
    """A tag says what was deployed once, not what a machine serves that was rebuilt since."""
    main.train("1.0.0")
    main.run("register")
    assert found(main) == ["digits"]
    lock_news(main, LOCK.format("1" * 32))
    assert found(main) == ["digits", "news"]


@pytest.mark.parametrize("text", ["", "stages:\n<<<<<<< ours\n", "stages: [export]\n"])
def test_a_lock_that_dvc_did_not_write_is_an_error(main: Main, text: str) -> None:
    """A model may be lost in it, which is not the same as one that was never trained."""
    lock_news(main, text)
    with pytest.raises(RegistryRefused, match="dvc.lock: got no stages .* marks of a conflict"):
        found(main)


def test_a_repository_that_git_cannot_read_is_an_error(tmp_path: Path, main: Main) -> None:
    """It is not the same as nothing to deploy."""
    with pytest.raises(GitLabRefused, match="git ls-tree"):
        trained(TASKS, Repository(tmp_path, main.environment))
