"""Checkouts for jobs, taken over from job to job as GitLab's runners do."""

import shutil
from pathlib import Path
from uuid import uuid4

from demo.forge.git.repository import Repository


class Checkouts:
    """Clones of a repository, with the working tree of an earlier checkout if there is one.

    Writing all files anew takes longer than most jobs. A taken-over tree has a new `.git` folder,
    and git undoes everything that the last job did in it, ignored files included.
    """

    def __init__(self, repository: Repository, spare: Path) -> None:
        self._repository = repository
        self._spare = spare
        self._trees: list[Path] = []

    def take(self, folder: Path, sha: str, *, origin: str) -> None:
        """Make a clone with all history and branches, detached at a commit.

        Objects are hard links, so the clone is independent of the bare repository.
        """
        git, bare = self._repository.git, str(self._repository.path)
        folder.parent.mkdir(parents=True, exist_ok=True)
        git("clone", "--quiet", "--no-checkout", bare, str(folder), cwd=folder.parent)
        git("remote", "set-url", "origin", origin, cwd=folder)
        git("update-ref", "--no-deref", "HEAD", sha, cwd=folder)
        git("read-tree", "HEAD", cwd=folder)
        if tree := self._pop():
            shutil.rmtree(tree / ".git")
            (folder / ".git").rename(tree / ".git")
            folder.rmdir()
            tree.rename(folder)
            git("update-index", "-q", "--really-refresh", cwd=folder)
        git("checkout-index", "--all", "--force", "--index", "--quiet", cwd=folder)
        git("clean", "--quiet", "--force", "--force", "-d", "-x", cwd=folder)

    def give_back(self, folder: Path) -> None:
        """Keep a checkout's working tree for the next one; nothing runs in it any more."""
        if not (folder / ".git").is_dir():  # it was never completed, or a job deleted it
            return
        tree = self._spare / uuid4().hex
        tree.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(tree)
        self._trees.append(tree)

    def _pop(self) -> Path | None:
        try:
            return self._trees.pop()
        except IndexError:
            return None
