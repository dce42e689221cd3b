"""Good rows and a good feedback file, to be made bad; and the validation stage run on them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet

from perennial.kinds.input_kind import InputKind
from tests.bundles import images
from training import params
from training.artifacts.feedback_columns import schema
from training.command_line import run
from training.stages import validate
from training.tasks import TASKS
from training.tasks.schema import Schema
from training.tasks.task import Rows, Task

DIGITS = TASKS["digits"]
INCIDENT = "0123456789ab"


@dataclass(frozen=True)
class Altered:
    """The digits task, with rows or a schema of its own."""

    rows: Rows
    labels: tuple[str, ...] = DIGITS.labels
    input: InputKind = DIGITS.input
    schema: Schema = DIGITS.schema
    about: str = DIGITS.about

    def load(self) -> Rows:
        """Return the rows it was given."""
        return self.rows


def digits() -> Rows:
    """Return the good rows, to be written into."""
    rows = DIGITS.load()
    return Rows(rows.inputs.copy(), rows.labels.copy())


def some(rows: Rows, chosen: slice) -> Rows:
    """Return a part of the rows."""
    return replace(rows, inputs=rows.inputs[chosen], labels=rows.labels[chosen])


def feedback(rows: int = 200) -> pyarrow.Table:
    """Return a good feedback table: random images, all labels equally often."""
    columns = {
        "input": list(images(rows).reshape(rows, -1).astype(np.float32)),
        "label": [str(row % 10) for row in range(rows)],
        "observed_at": ["2026-11-21T10:00:00.000000+00:00"] * rows,
        "incident": [INCIDENT] * rows,
        "prediction_id": [f"p{row}" for row in range(rows)],
    }
    return pyarrow.table(columns, schema=schema(DIGITS.input))


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
        self.feedback = root / "data" / "digits" / "feedback.parquet"
        self.findings = root / "artifacts" / "digits" / "validation" / "findings.json"
        for name in ("validation/findings.json", "prepared/train.npz", "bundle/model.onnx"):
            (root / "artifacts" / "digits" / name).parent.mkdir(parents=True)
            (root / "artifacts" / "digits" / name).write_text("of an earlier run")
        self.feedback.parent.mkdir(parents=True)
        (root / "dvc.lock").write_text("of an earlier run")
        (root / "params.yaml").write_bytes(params.FILE.read_bytes())

    def collected(self, table: pyarrow.Table) -> None:
        """Write a feedback file."""
        pyarrow.parquet.write_table(table, self.feedback)

    def validate(self, task: Task = DIGITS) -> int:
        """Run the command line; return its exit code."""
        return run(lambda: validate.main(["--task=digits"], root=self.root, tasks={"digits": task}))

    def state(self) -> dict[str, bytes]:
        """Return every file."""
        files = (path for path in self.root.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}
