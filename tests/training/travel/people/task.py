"""People who earn much or little: a time, a number, a word, and any of them may be missing."""

from perennial.kinds.columns import CategoryColumn, NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from tests.training.travel.people.rows import instances, label
from training.task.schema import Schema
from training.task.task import Rows, Task

ROWS = 900


class People:
    """Made up."""

    input = TableInput(
        columns=(
            TimeColumn(name="seen"),
            NumberColumn(name="age", low=0, high=120),
            CategoryColumn(name="work", categories=("Private", "Public")),
        )
    )
    output = ClassesOutput(labels=("little", "much"))
    schema = Schema(most_duplicates=0.2)
    about = "Made up by the tests."

    def load(self) -> Rows:
        """Return the same rows every time; a few labels are wrong."""
        people = instances(ROWS, seed=1)
        labels: list[str | None] = [label(one) for one in people]
        labels[::25] = ["much"] * len(labels[::25])
        return Rows(self.input.to_arrow(people), labels)


TASK: Task = People()
