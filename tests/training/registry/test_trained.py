"""Main deploys the tasks that have a bundle, whatever the tags say of them."""

from pathlib import Path

import pytest

from perennial.gitlab.errors import GitLabRefused
from tests.training.registry.job import LOCK, Main
from training.errors import BadParameter, RegistryRefused
from training.gitlab.git import Repository
from training.registry.trained import tagged, trained
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


def test_a_production_tag_names_its_task(main: Main) -> None:
    """At a commit of main, also an older one."""
    older = main.commit("Start")
    main.commit("Go on")
    main.git("checkout", "--quiet", older)
    assert (
        tagged("news#production#3", TASKS, Repository(main.root, main.environment), "main")
        == "news"
    )


def test_a_tag_on_a_commit_that_was_never_merged_deploys_nothing(main: Main) -> None:
    """Whoever may create tags could deploy it; merged, the same tag would."""
    main.commit("Start")
    main.git("checkout", "--quiet", "-b", "change")
    commit = main.commit("Change the model")
    repository = Repository(main.root, main.environment)
    expected = f"digits#production#9: its commit {commit[:8]} was never merged to main"
    with pytest.raises(RegistryRefused, match=expected):
        tagged("digits#production#9", TASKS, repository, "main")
    main.git("branch", "--force", "main", "change")
    assert tagged("digits#production#9", TASKS, repository, "main") == "digits"


def test_a_tag_of_a_task_that_is_not_there_deploys_nothing(main: Main) -> None:
    """The message says which tasks there are."""
    main.commit("Start")
    with pytest.raises(BadParameter, match="task: got 'x', expected one of digits, news"):
        tagged("x#production#1", TASKS, Repository(main.root, main.environment), "main")
