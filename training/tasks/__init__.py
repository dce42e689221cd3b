"""The tasks that can be trained: one file each, registered in TASKS."""

from training.tasks.digits import Digits
from training.tasks.task import Task

TASKS: dict[str, Task] = {"digits": Digits()}
