"""Replace this task: points in a square, in two classes."""

import numpy as np
import pyarrow

from perennial.kinds.columns import NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from training.task.schema import Schema
from training.task.task import Rows, Task

ROWS = 1000


class Points:
    """Replace this: say where the rows come from."""

    input = TableInput(
        columns=(
            NumberColumn(name="x", low=0, high=1, missing=False),
            NumberColumn(name="y", low=0, high=1, missing=False),
        )
    )
    output = ClassesOutput(labels=("below", "above"))
    schema = Schema()
    about = "Replace this: what the rows are, where they come from, and what they are not for."

    def load(self) -> Rows:
        """Return the base rows; `read_rows` of training.task.rows_file reads a Parquet file."""
        x, y = np.random.default_rng(7).random((2, ROWS))
        table = pyarrow.table({"x": x, "y": y}, schema=self.input.arrow_schema())
        return Rows(table, np.where(y > x, "above", "below").tolist())


TASK: Task = Points()
