"""Drops what may no longer be kept of collected rows: erased subjects, and sensitive columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow

from perennial.plural import plural
from training.artifacts.feedback_columns import INPUT, SUBJECT, read, unpack
from training.feedback.file import require_here, write
from training.task.tracking import Track, dvc_file
from training.task.task import Task
from training.validation.table import require_valid


@dataclass(frozen=True)
class Dropped:
    """How many rows went, and which columns.

    >>> print(Dropped(7))
    7 earlier rows dropped, whose subjects were erased
    >>> print(Dropped(0, ("customer", "email")))
    0 earlier rows dropped, whose subjects were erased; sensitive columns dropped: customer, email
    """

    rows: int
    columns: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows or self.columns)

    def __str__(self) -> str:
        rows = f"{plural(self.rows, 'earlier row')} dropped, whose subjects were erased"
        columns = ", ".join(self.columns)
        return f"{rows}; sensitive columns dropped: {columns}" if columns else rows


def drop(task: Task, file: Path, erased: Mapping[str, str], *, track: Track) -> Dropped:
    """Drop rows and columns from the feedback file, and track what remains.

    erased: when, by pseudonym; later rows stay.  The columns are those that the task has named
    sensitive since they were collected.  Raises CollectRefused, InvalidData.
    """
    require_here(file)
    columns = _drop_columns(task, file, track)
    return Dropped(_drop_rows(task, file, erased, track), columns)


def _drop_columns(task: Task, file: Path, track: Track) -> tuple[str, ...]:
    if not task.input.sensitive or not file.exists():
        return ()
    try:
        table = read(file)
    except (pyarrow.ArrowException, OSError):  # which the rules on the file name
        return ()
    inputs = unpack(table[INPUT])
    names = tuple(name for name in inputs.column_names if name in task.input.sensitive)
    if names:
        kept = inputs.drop_columns(list(names)).to_struct_array()
        write(table.set_column(table.column_names.index(INPUT), INPUT, kept), file)
        track(file)
    return names


def _drop_rows(task: Task, file: Path, erased: Mapping[str, str], track: Track) -> int:
    """Drop the rows of erased subjects; if none remain, file and .dvc file go too."""
    if not erased or not file.exists():
        return 0
    require_valid(task, file)
    table = read(file)
    subjects, times = table[SUBJECT].to_pylist(), table["observed_at"].to_pylist()
    stays = [
        at > erased.get(subject or "", "") for subject, at in zip(subjects, times, strict=True)
    ]
    gone = stays.count(False)
    if gone == len(stays):
        file.unlink()
        dvc_file(file).unlink(missing_ok=True)
    elif gone:
        write(table.filter(pyarrow.array(stays, pyarrow.bool_())), file)
        track(file)
    return gone
