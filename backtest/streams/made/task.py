"""Made up: five numbers and two classes, whose numbers, or what they mean, change as is known."""

from backtest.streams.made.rows import INPUT, OUTPUT, rows
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from training.task.schema import Schema
from training.task.task import Rows, Task


class Made:
    """Rows of `rows.py`."""

    input: TableInput = INPUT
    output: ClassesOutput = OUTPUT
    schema = Schema()
    about = "Made up by the backtest."

    def load(self) -> Rows:
        """Return a history in which everything changes at once, in the middle."""
        return rows("sudden", 20_000, seed=1)


TASK: Task = Made()
