"""Merging one branch into another."""

from demo.forge.configuration import Token
from demo.forge.git.repository import Repository


def merge(
    repository: Repository, *, source: str, target: str, into: str, by: Token, message: str | None
) -> str | None:
    """Merge a commit into a branch that stands at `target`; return the branch's new tip.

    None where the two conflict.  message: that of the merge commit; None fast-forwards.
    Raises GitFailed where the branch has moved meanwhile.
    """
    new = source
    if message is not None:
        tree = repository.merge_tree(target, source)
        if tree is None:
            return None
        new = repository.commit_merge(tree, (target, source), message, by)
    repository.move(f"refs/heads/{into}", new, target)
    return new
