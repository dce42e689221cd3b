"""The task that the demo plays with: its traffic and shifts are images of handwritten digits."""

from pathlib import Path

from demo.errors import TaskMissing
from training.task.files import folder, stages_file

TASK = "digits"
STAGES = str(stages_file(TASK))


def require_task(root: Path) -> None:
    """Raise TaskMissing if a working tree does not have the task."""
    if not (root / folder(TASK)).is_dir():
        raise TaskMissing(folder(TASK))
