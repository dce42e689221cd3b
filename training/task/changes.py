"""Finds the tasks that a change concerns."""

import re
import subprocess
from collections.abc import Collection, Iterable
from pathlib import Path

from training.errors import BadParameter

# What a model is made from, and what limits it. A change of a file in a task's own folder concerns
# that task alone.
LIMITS = ("monitoring/thresholds.py", "monitoring/relay/policy.py")
INPUTS = ("training/", "perennial/", "data/", ".dvc/", ".dvcignore", *LIMITS)
OWN = re.compile(r"(?:training/tasks|data)/([^/]+)/")


def concerned(files: Iterable[str], tasks: Collection[str]) -> list[str]:
    """Return the tasks that a change of these files concerns, in their order.

    >>> concerned(["data/news/feedback.parquet.dvc", "README.md"], ["digits", "news"])
    ['news']
    >>> concerned(["training/models/linear.py"], ["digits", "news"])
    ['digits', 'news']
    """
    owners = [OWN.match(file) for file in files if file.startswith(INPUTS)]
    if None in owners:
        return list(tasks)
    changed = {owner[1] for owner in owners if owner}
    return [task for task in tasks if task in changed]


def changed_files(base: str, commit: str, root: Path = Path()) -> list[str]:
    """Return the files that differ between two commits, a renamed one by both names.

    Raises BadParameter if this clone does not have them.
    """
    command = ["git", "diff", "--name-only", "--no-renames", "-z", base, commit, "--"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        expected = "two commits of this clone, which has to be a full one (GIT_DEPTH: 0)"
        raise BadParameter("commits", f"{base} {commit}", expected)
    return [name for name in done.stdout.split("\0") if name]
