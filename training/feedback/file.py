"""Reads a task's feedback file and appends new rows to it."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pyarrow
import pyarrow.parquet

from perennial.kinds.input_kind import InputKind
from training.artifacts.feedback_columns import INPUT, SUBJECT, pack, read, schema, unpack
from training.errors import CollectRefused
from training.feedback.rows import LabelledRows
from training.feedback.selection import CollectedBefore
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
    table = read(file)
    labels = table["label"].to_pylist()
    inputs = task.input.identities(unpack(table[INPUT])).tolist()
    return CollectedBefore(
        frozenset(table["prediction_id"].to_pylist()), dict(zip(inputs, labels, strict=True))
    )


def append(
    file: Path,
    kind: InputKind,
    rows: LabelledRows,
    incident: str,
    erased: Mapping[str, str] = MappingProxyType({}),
) -> tuple[int, int]:
    """Add the rows to the file; return how many it now holds, and how many earlier ones it lost.

    erased: when each subject was erased, by its pseudonym: its earlier rows are dropped.
    """
    columns = schema(kind)
    texts = [rows.labels, rows.observed_at, [incident] * len(rows), rows.prediction_ids]
    whose = [rows.sources, rows.trusted, rows.subjects]
    table = pyarrow.table([pack(kind, rows.inputs), *texts, *whose], schema=columns)
    lost = 0
    if file.exists():
        earlier = read(file).select(columns.names).cast(columns)
        stays = [
            at > erased.get(subject or "", "")
            for subject, at in zip(
                earlier[SUBJECT].to_pylist(), earlier["observed_at"].to_pylist(), strict=True
            )
        ]
        lost = stays.count(False)
        table = pyarrow.concat_tables(
            [earlier.filter(pyarrow.array(stays, pyarrow.bool_())), table]
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name("feedback.new")
    pyarrow.parquet.write_table(table, fresh)
    os.replace(fresh, file)  # never write into the old file: DVC may have linked it to its cache
    return int(table.num_rows), lost
