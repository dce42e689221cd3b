"""Main deploys the tasks that have a bundle, whatever the tags say of them."""

from pathlib import Path

import pytest

from perennial.gitlab.errors import GitLabRefused
from tests.training.registry.job import LOCK, Main
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


def test_a_repository_that_git_cannot_read_is_an_error(tmp_path: Path, main: Main) -> None:
    """It is not the same as nothing to deploy."""
    with pytest.raises(GitLabRefused, match="git ls-tree"):
        trained(TASKS, Repository(tmp_path, main.environment))
