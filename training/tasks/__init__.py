"""The tasks that can be trained: each folder here is one, and nothing else lists them."""

from pathlib import Path

from training.task.discovery import Tasks
from training.task.files import DATA

HERE = Path(__file__).parent
TASKS = Tasks(HERE, __name__, HERE.parents[1] / DATA)
