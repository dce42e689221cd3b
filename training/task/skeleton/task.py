"""Replace this task: points in a square, in two classes."""

import numpy as np

from perennial.kinds.columns import NumberColumn
from perennial.kinds.inputs.table import TableInput
from training.task.schema import Schema
from training.task.task import Rows, Task

ROWS = 1000


class Points:
    """Replace this: say where the rows come from."""

    labels = ("below", "above")
    input = TableInput(
        columns=(
            NumberColumn(name="x", low=0, high=1, missing=False),
            NumberColumn(name="y", low=0, high=1, missing=False),
        )
    )
    schema = Schema()
    about = "Replace this: what the rows are, where they come from, and what they are not for."

    def load(self) -> Rows:
        """Return the base rows; read yours from a file in the task's data folder."""
        points = np.random.default_rng(7).random((ROWS, 2), dtype=np.float32)
        return Rows(points, (points[:, 1] > points[:, 0]).astype(np.int64))


TASK: Task = Points()
