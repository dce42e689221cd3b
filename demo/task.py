"""The task that the demo plays with: digits unless another is named."""

from pathlib import Path

from demo.errors import TaskMissing
from training.task.files import folder
from training.tasks import TASKS

TASK = "digits"


def chosen_task(name: str) -> str:
    """Return a task's name; without one, the example's or that of the only task.

    Raises TaskMissing.
    """
    known = list(TASKS)
    if not name:
        name = TASK if TASK in known or len(known) != 1 else known[0]
    if name not in known:
        raise TaskMissing(name, known, TASKS.waiting)
    return name


def require_task(root: Path, name: str) -> None:
    """Raise TaskMissing if a working tree does not have a task."""
    if not (root / folder(name)).is_dir():
        raise TaskMissing(name, list(TASKS))
