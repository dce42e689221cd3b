"""Finds the tasks whose bundle is not the one in production: what main has to deploy."""

from collections.abc import Iterable

from training.gitlab.git import Repository
from training.registry import versions
from training.registry.lock import locked_bundle
from training.task.files import lock_file


def undeployed(tasks: Iterable[str], repository: Repository) -> list[str]:
    """Return the tasks with a bundle in HEAD's lock that the last production tag does not have.

    So a task whose deployment failed is deployed by the next push, whatever that changes.
    """
    return [task for task in tasks if _waits(task, repository)]


def _waits(task: str, repository: Repository) -> bool:
    here = _bundle(task, "HEAD", repository)
    if here is None:  # not trained yet
        return False
    serving = versions.read(task, repository).serving
    return serving is None or _bundle(task, serving[0].commit, repository) != here


def _bundle(task: str, commit: str, repository: Repository) -> str | None:
    """Return the hash of a task's bundle in a commit; None if it has no lock, or no bundle yet."""
    file = str(lock_file(task))
    if not repository.read("ls-tree", "--name-only", commit, "--", file):
        return None
    return locked_bundle(repository.read("show", f"{commit}:{file}"))
