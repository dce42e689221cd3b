"""Reads a task's feedback file and appends new rows to it."""

import os
from pathlib import Path

import pyarrow
import pyarrow.parquet

from perennial.kinds.input_kind import InputKind
from training.artifacts.feedback_columns import INPUT, pack, schema, unpack
from training.errors import CollectRefused
from training.feedback.selection import CollectedBefore, NewRows
from training.feedback.tracking import dvc_file
from training.task.task import Task
from training.validation.table import require_valid


def collected_before(task: Task, file: Path) -> CollectedBefore:
    """Return what was collected before.

    Raises CollectRefused if DVC tracks the file but it is not here: its rows would be lost.
    Raises InvalidData if it breaks the task's rules.
    """
    if not file.exists():
        if dvc_file(file).exists():
            raise CollectRefused(f"{file}: not found, but DVC tracks it; run 'dvc pull'")
        return CollectedBefore()
    require_valid(task, file)
    table = pyarrow.parquet.read_table(file)
    labels = table["label"].to_pylist()
    inputs = task.input.identities(unpack(table[INPUT])).tolist()
    return CollectedBefore(
        frozenset(table["prediction_id"].to_pylist()), dict(zip(inputs, labels, strict=True))
    )


def append(file: Path, kind: InputKind, new: NewRows, incident: str) -> int:
    """Add the rows to the file and return how many it now holds."""
    rows, columns = new.rows, schema(kind)
    texts = [rows.labels, rows.observed_at, [incident] * len(rows), rows.prediction_ids]
    table = pyarrow.table([pack(kind, rows.inputs), *texts], schema=columns)
    if file.exists():
        table = pyarrow.concat_tables([pyarrow.parquet.read_table(file, schema=columns), table])
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name("feedback.new")
    pyarrow.parquet.write_table(table, fresh)
    os.replace(fresh, file)  # never write into the old file: DVC may have linked it to its cache
    return int(table.num_rows)
