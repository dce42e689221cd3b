"""Reads a task's feedback file and appends new rows to it."""

import os
from pathlib import Path

import pyarrow
import pyarrow.parquet

from perennial.kinds.input_kind import InputKind
from training.artifacts.feedback_columns import INPUT, pack, read, schema, unpack
from training.errors import CollectRefused
from training.feedback.rows import LabelledRows
from training.feedback.selection import CollectedBefore, observation_keys
from training.task.tracking import dvc_file
from training.task.task import Task
from training.validation.table import require_valid


def collected_before(task: Task, file: Path) -> CollectedBefore:
    """Return what was collected before.

    Raises CollectRefused as `require_here` does, and InvalidData if it breaks the task's rules.
    """
    require_here(file)
    if not file.exists():
        return CollectedBefore()
    require_valid(task, file)
    table = read(file)
    labels, predictions = table["label"].to_pylist(), table["prediction_id"].to_pylist()
    keys = observation_keys(task.input, unpack(table[INPUT]), predictions)
    return CollectedBefore(frozenset(predictions), dict(zip(keys, labels, strict=True)))


def require_here(file: Path) -> None:
    """Raise CollectRefused if DVC tracks the file but it is not here: its rows would be lost."""
    if not file.exists() and dvc_file(file).exists():
        raise CollectRefused(f"{file}: not found, but DVC tracks it; run 'dvc pull'")


def append(file: Path, kind: InputKind, rows: LabelledRows, incident: str) -> int:
    """Add the rows to the file and return how many it now holds."""
    columns = schema(kind)
    texts = [rows.labels, rows.observed_at, [incident] * len(rows), rows.prediction_ids]
    whose = [rows.sources, rows.trusted, rows.subjects]
    table = pyarrow.table([pack(kind, rows.inputs), *texts, *whose], schema=columns)
    if file.exists():
        earlier = read(file).select(columns.names).cast(columns)
        table = pyarrow.concat_tables([earlier, table])
    write(table, file)
    return int(table.num_rows)


def write(table: pyarrow.Table, file: Path) -> None:
    """Replace the file in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name("feedback.new")
    pyarrow.parquet.write_table(table, fresh)
    os.replace(fresh, file)  # never write into the old file: DVC may have linked it to its cache
