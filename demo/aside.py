"""Keeps rows of a task's file back, so that they can come after its first model was trained."""

from collections.abc import Callable
from pathlib import Path

import pyarrow
from pyarrow import parquet

from demo.errors import NoRowsAside
from perennial.statistics.counts import Bools
from training.task.task import Rows, Task

# Tells which rows to keep back, from the file's table and the rows that the task makes of it.
Choose = Callable[[pyarrow.Table, Rows], Bools]


def keep_back(task: Task, name: str, file: Path, choose: Choose) -> tuple[Rows, pyarrow.Table]:
    """Take rows out of a task's file; return them as the task has them, and as the file had them.

    name: of the task.  Raises NoRowsAside.
    """
    if not file.exists():
        raise NoRowsAside(name, "its rows are not in a file")
    rows = task.load()
    with parquet.ParquetFile(file) as stored:  # read_table imports pandas
        table = stored.read()
    if len(table) != len(rows.labels):
        raise NoRowsAside(name, f"it loads {len(rows.labels)} of {len(table)} rows")
    kept = choose(table, rows)
    if not kept.any() or kept.all():
        raise NoRowsAside(name, f"{kept.sum()} of {len(kept)} rows would be kept back")
    parquet.write_table(table.filter(pyarrow.array(~kept)), file)
    mask = pyarrow.array(kept)
    labels = [label for label, chosen in zip(rows.labels, kept, strict=True) if chosen]
    return Rows(rows.table.filter(mask), labels), table.filter(mask)
