"""Main deploys the tasks whose bundle is not in production yet, and no others."""

from pathlib import Path

import pytest

from perennial.gitlab.errors import GitLabRefused
from tests.training.registry.job import LOCK, Main
from training.gitlab.git import Repository
from training.registry.undeployed import undeployed
from training.task.files import lock_file

TASKS = ("digits", "news")


@pytest.fixture
def main(tmp_path: Path) -> Main:
    """Return a job on main."""
    return Main(tmp_path)


def waiting(main: Main) -> list[str]:
    """Return the tasks that wait for a deployment."""
    return undeployed(TASKS, Repository(main.root, main.environment))


def lock_news(main: Main, text: str) -> None:
    """Commit a lock of the task news."""
    file = main.root / lock_file("news")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    main.commit("Train news")


def test_a_task_that_was_never_trained_has_nothing_to_deploy(main: Main) -> None:
    """Without a lock, or with one that has no bundle yet."""
    main.commit("Start")
    assert waiting(main) == []
    lock_news(main, "stages:\n  prepare:\n    outs: []\n")
    assert waiting(main) == []


def test_only_the_task_that_changed_is_deployed(main: Main) -> None:
    """One that is in production already is left alone, whatever else the push changes."""
    main.train("1.0.0")
    assert waiting(main) == ["digits"]
    main.run("register")
    assert waiting(main) == []
    lock_news(main, LOCK.format("1" * 32))
    assert waiting(main) == ["news"]


def test_what_was_not_deployed_waits_for_the_next_push(main: Main) -> None:
    """The tag comes after the deployment, so a deployment that failed has none."""
    main.train("1.0.0")
    main.run("register")
    main.train("1.1.0", seed=5)
    main.commit("Words only")
    assert waiting(main) == ["digits"]


def test_after_a_rollback_by_hand_main_deploys_its_own_again(main: Main) -> None:
    """The newest assignment names another commit's bundle."""
    main.train("1.0.0")
    main.run("register")
    first = main.git("rev-parse", "HEAD")
    main.train("1.1.0", seed=5)
    main.run("register")
    assert waiting(main) == []
    main.git("tag", "--annotate", "digits#production#3", first, "-m", "back")
    assert waiting(main) == ["digits"]


def test_a_model_from_before_tasks_had_folders_is_deployed_again(main: Main) -> None:
    """Its commit has no lock of the task, which is not the same bundle."""
    main.commit("Start")
    main.git("tag", "--annotate", "digits@v0.9.0", "-m", "of old")
    main.git("tag", "--annotate", "digits#production#1", "-m", "of old")
    main.train("1.0.0")
    assert waiting(main) == ["digits"]


def test_a_repository_that_git_cannot_read_is_an_error(tmp_path: Path, main: Main) -> None:
    """It is not the same as nothing to deploy."""
    with pytest.raises(GitLabRefused, match="git ls-tree"):
        undeployed(TASKS, Repository(tmp_path, main.environment))
