"""Good rows and a good feedback file, to be made bad; and the validation stage run on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
from numpy.typing import NDArray

from perennial.kinds.input_kind import InputKind
from perennial.kinds.inputs.image import ImageInput
from perennial.kinds.output_kind import OutputKind
from tests.bundles import images
from tests.toy import numbers
from tests.toy.task import TASK
from training.artifacts.feedback_columns import schema
from training.command_line import run
from training.stages import validate
from training.task.files import lock_file, params_file
from training.task.schema import Schema
from training.task.task import Rows, Task

INCIDENT = "0123456789ab"


@dataclass(frozen=True)
class Altered:
    """The toy task, with rows or a schema of its own."""

    rows: Rows
    input: InputKind = TASK.input
    output: OutputKind = TASK.output
    schema: Schema = TASK.schema
    about: str = TASK.about

    def load(self) -> Rows:
        """Return the rows it was given."""
        return self.rows


@dataclass
class Base:
    """Base rows as arrays, to be written into: inputs, and a word for each."""

    inputs: NDArray[np.float32]
    labels: list[str | None]

    def rows(self, held_out: NDArray[np.bool_] | None = None) -> Rows:
        """Return them as a task would."""
        kind = ImageInput(shape=self.inputs.shape[1:])
        return Rows(kind.arrow_of(self.inputs), self.labels, held_out)


def good() -> Base:
    """Return the good rows of the toy task."""
    rows = TASK.load()
    return Base(TASK.input.from_arrow(rows.table).copy(), list(rows.labels))


def feedback(rows: int = 200) -> pyarrow.Table:
    """Return a good feedback table: random images, all labels equally often."""
    columns = {
        "input": list(images(rows).reshape(rows, -1).astype(np.float32)),
        "label": [str(row % 10) for row in range(rows)],
        "observed_at": ["2026-11-21T10:00:00.000000+00:00"] * rows,
        "incident": [INCIDENT] * rows,
        "prediction_id": [f"p{row}" for row in range(rows)],
        "source": ["clinic"] * rows,
        "trusted": [False] * rows,
        "subject": [None] * rows,
    }
    return pyarrow.table(columns, schema=schema(TASK.input))


def with_values(table: pyarrow.Table, column: str, values: Mapping[int, object]) -> pyarrow.Table:
    """Return the table with other values in some rows of a column."""
    cells = table[column].to_pylist()
    for row, value in values.items():
        cells[row] = value
    at = table.column_names.index(column)
    field = table.schema.field(column)
    return table.set_column(at, field, pyarrow.array(cells, field.type))


class Stage:
    """A repository where the stages wrote before, and the validation stage in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.feedback = root / "data" / "toy" / "feedback.parquet"
        self.findings = root / "artifacts" / "toy" / "validation" / "findings.json"
        for name in ("validation/findings.json", "prepared/train.parquet", "bundle/model.onnx"):
            (root / "artifacts" / "toy" / name).parent.mkdir(parents=True)
            (root / "artifacts" / "toy" / name).write_text("of an earlier run")
        self.feedback.parent.mkdir(parents=True)
        (root / params_file("toy")).parent.mkdir(parents=True)
        (root / params_file("toy")).write_bytes(numbers.FILE.read_bytes())
        (root / lock_file("toy")).write_text("of an earlier run")

    def collected(self, table: pyarrow.Table) -> None:
        """Write a feedback file."""
        pyarrow.parquet.write_table(table, self.feedback)

    def validate(self, task: Task = TASK) -> int:
        """Run the command line; return its exit code."""
        return run(lambda: validate.main(["--task=toy"], root=self.root, tasks={"toy": task}))

    def state(self) -> dict[str, bytes]:
        """Return every file."""
        files = (path for path in self.root.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}
