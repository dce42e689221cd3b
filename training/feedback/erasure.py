"""Drops collected rows whose subjects were erased since."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow

from training.artifacts.feedback_columns import SUBJECT, read
from training.feedback.file import require_here, write
from training.feedback.tracking import Track, dvc_file
from training.task.task import Task
from training.validation.table import require_valid


def drop_erased(task: Task, file: Path, erased: Mapping[str, str], *, track: Track) -> int:
    """Drop the rows from the feedback file, track what remains, and return how many went.

    If none remain, file and .dvc file go too. erased: when, by pseudonym; later rows stay.
    Raises CollectRefused, InvalidData.
    """
    require_here(file)
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
