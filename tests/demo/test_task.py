"""The demo plays a task that is here with its rows, and says how to get others."""

import pytest

from demo.errors import TaskMissing
from demo.task import chosen_task
from training.tasks import TASKS


def test_a_task_that_is_here_is_played() -> None:
    """Every one of this tree."""
    assert [chosen_task(name) for name in TASKS] == list(TASKS)


def test_an_unknown_task_names_those_that_there_are() -> None:
    """All of them."""
    with pytest.raises(TaskMissing, match=f"got 'nothing', expected one of {', '.join(TASKS)}"):
        chosen_task("nothing")


def test_a_task_whose_rows_are_not_here_names_the_command_that_gets_them() -> None:
    """Rather than that there is no such task."""
    error = TaskMissing("adult", ["digits"], ["adult", "bikes"])
    assert str(error).endswith("a task with its rows; 'make data TASK=adult' gets them")
