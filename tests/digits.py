"""Marks tests that play with the task digits, which a fork may have removed."""

import pytest

from demo.task import TASK
from training.tasks import TASKS

needs_digits = pytest.mark.skipif(TASK not in TASKS, reason=f"the task {TASK} is not here")
