"""Which stories a task has follows from its input."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from demo import loop
from demo.errors import UnknownShift
from demo.stories.known import chosen_story, stories
from perennial.kinds.columns import CategoryColumn, NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.inputs.text import TextInput
from tests.toy.task import Patterns
from training.task.task import Task
from training.tasks import TASKS


class People(Patterns):
    """A table."""

    input = TableInput(  # type: ignore[assignment]
        columns=(NumberColumn(name="age"), CategoryColumn(name="work", categories=("a", "b")))
    )


class Readings(Patterns):
    """A table in the order of time."""

    input = TableInput(  # type: ignore[assignment]
        columns=(TimeColumn(name="at"), NumberColumn(name="level", missing=False))
    )


class Messages(Patterns):
    """Texts that people labelled too."""

    input = TextInput()  # type: ignore[assignment]
    human = "human_label"


ALWAYS = ["none", "bad-labels"]


@pytest.mark.parametrize(
    "task, expected",
    [
        (Patterns(), ["inverted", "rotated", "blurred", "noisy", "slow", "late-labels", *ALWAYS]),
        (Messages(), ["mix", "cut", "late-labels", "noisy-labels", *ALWAYS]),
        (People(), ["form", "unit", "renamed", "stopped", "late-labels", *ALWAYS]),
        (Readings(), ["time", "unit", "late-labels", *ALWAYS]),
    ],
)
def test_the_first_story_is_the_default(task: Task, expected: list[str]) -> None:
    """Time itself where there is one, then what can happen to the rows."""
    assert list(stories(task)) == expected
    assert chosen_story("", "toy", task)[0] == expected[0]


def test_a_column_can_be_named() -> None:
    """`unit:age` is the story of that column alone."""
    name, story = chosen_story("unit:age", "people", People())
    assert name == "unit:age" and story.about == stories(People())["unit"].about


def test_the_shifts_of_a_task_are_listed(tmp_path: Path) -> None:
    """Nothing is started, and that is no error."""
    said, name = io.StringIO(), next(iter(TASKS))
    assert loop.run(name, "help", tmp_path / "out", Console(file=said, width=1000)) == 0
    listed = [line.partition(":")[0].strip() for line in said.getvalue().splitlines()]
    assert listed == [name, *stories(TASKS[name])]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("wish", ["upside-down", "inverted", "time:at"])
def test_an_unknown_shift_names_those_of_the_task(wish: str) -> None:
    """With what happens in each, a line each."""
    with pytest.raises(UnknownShift) as refused:
        chosen_story(wish, "people", People())
    lines = str(refused.value).splitlines()
    assert lines[0] == f"SHIFT: got {wish!r}, expected one of those of people:"
    assert [line.partition(":")[0].strip() for line in lines[1:]] == list(stories(People()))
