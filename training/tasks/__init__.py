"""The tasks that can be trained: each folder here is one, and nothing else lists them."""

from pathlib import Path

from training.task.discovery import Tasks

TASKS = Tasks(Path(__file__).parent, __name__)
