"""Finds the tasks that have a bundle to deploy: all of main's, or that of a production tag."""

from collections.abc import Collection, Iterable

from training.errors import RegistryRefused
from training.gitlab.git import Repository
from training.registry.lock import locked_bundle
from training.task.discovery import named
from training.task.files import lock_file


def trained(tasks: Iterable[str], repository: Repository) -> list[str]:
    """Return the tasks whose lock in HEAD has a bundle.

    Whether it serves already is for the deploy target to find out, which then changes nothing:
    production tags do not know of a machine that was rebuilt, or of a deployment in progress.
    """
    return [task for task in tasks if _has_bundle(str(lock_file(task)), repository)]


def tagged(tag: str, tasks: Collection[str], repository: Repository, main: str) -> str:
    """Return the task of a production tag, such as digits#production#3, at HEAD.

    main: the default branch, as the remote's. Whoever may create a tag could deploy any commit.
    Raises BadParameter for an unknown task, RegistryRefused for a commit that was never merged.
    """
    task = named(tag.partition("#")[0], tasks)
    commit, base = repository.read("rev-parse", "HEAD"), repository.merge_base("HEAD", main)
    if base != commit:
        raise RegistryRefused(
            f"{tag}: its commit {commit[:8]} was never merged to {main}, expected one that was; "
            "merge it, or move the tag to a commit of the branch"
        )
    return task


def _has_bundle(file: str, repository: Repository) -> bool:
    if not repository.read("ls-tree", "--name-only", "HEAD", "--", file):
        return False
    return locked_bundle(repository.read("show", f"HEAD:{file}")) is not None
