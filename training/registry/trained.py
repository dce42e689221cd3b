"""Finds the tasks that have a bundle to deploy."""

from collections.abc import Iterable

from training.gitlab.git import Repository
from training.registry.lock import locked_bundle
from training.task.files import lock_file


def trained(tasks: Iterable[str], repository: Repository) -> list[str]:
    """Return the tasks whose lock in HEAD has a bundle.

    Whether it serves already is for the deploy target to find out, which then changes nothing:
    production tags do not know of a machine that was rebuilt, or of a deployment in progress.
    """
    return [task for task in tasks if _has_bundle(str(lock_file(task)), repository)]


def _has_bundle(file: str, repository: Repository) -> bool:
    if not repository.read("ls-tree", "--name-only", "HEAD", "--", file):
        return False
    return locked_bundle(repository.read("show", f"HEAD:{file}")) is not None
