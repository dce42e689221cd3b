"""Collects labelled rows of a history into a feedback file, by the rules of training/feedback."""

import hashlib
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backtest.history import History
from perennial.kinds.arrow import from_numpy
from training.artifacts.aside import aside
from training.artifacts.feedback import read_feedback
from training.artifacts.splits import BEFORE
from training.feedback.file import append
from training.feedback.limits import limited
from training.feedback.rows import LabelledRows
from training.feedback.selection import CollectedBefore, observation_keys, select_new
from training.params import TaskParams
from training.task.task import Task

# When a history begins, on the clock that its rows are predicted by.
BEGIN = datetime(2001, 1, 1, tzinfo=UTC)
SOURCE = "history"
Places = NDArray[np.int64]


def instant(seconds: float) -> str:
    """Return a time of a history as the service writes times."""
    return (BEGIN + timedelta(seconds=seconds)).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class Feedback:
    """A feedback file; file: None before the first.  places: the rows of the history in it."""

    file: Path | None
    places: Places

    @classmethod
    def nothing(cls) -> "Feedback":
        """Return that of a task before its first retrain."""
        return cls(None, np.empty(0, np.int64))


def collect(
    history: History,
    places: Places,
    before: Feedback,
    *,
    incident: str,
    task: Task,
    numbers: TaskParams,
    cache: Path,
    earlier: Places | None = None,
) -> tuple[Feedback | None, int]:
    """Return the file with these rows of a history too, and how many of them it would take.

    It is None where these are fewer than `collect.least_rows`.
    earlier: rows from before them, of which the latest are taken too.
    """
    rows = _rows(history, places)
    new = select_new(rows, _before(history, before, task), kind=task.input)
    known = read_feedback(task, before.file or cache / "none")
    chosen, _ = limited(new.rows, known, task, numbers)
    if len(chosen) < numbers.collect.least_rows:
        return None, len(chosen)
    most = round(numbers.collect.earlier * len(chosen))
    if earlier is not None and len(earlier) and most:
        own = np.concatenate([before.places, _places(chosen)])
        known_rows = _before(history, replace(before, places=own), task)
        # Of one source, as a history is, the limits of sources leave nothing out.
        old = select_new(_rows(history, earlier[-most:]), known_rows, kind=task.input).rows
        before = _added(old, before, incident + BEFORE, task, cache)
    return _added(chosen, before, incident, task, cache), len(chosen)


def _rows(history: History, places: Places) -> LabelledRows:
    labels = [history.taught[at] for at in places]
    times = [instant(seconds) for seconds in history.seconds[places].tolist()]
    names = [f"{at:032x}" for at in places.tolist()]
    table, many = history.table.take(from_numpy(places)), len(places)
    return LabelledRows(
        table, labels, times, names, [SOURCE] * many, [False] * many, [None] * many, []
    )


def _before(history: History, before: Feedback, task: Task) -> CollectedBefore:
    rows = _rows(history, before.places)
    keys = observation_keys(task.input, rows.inputs, rows.prediction_ids)
    known = dict(zip(keys, rows.labels, strict=True))
    return CollectedBefore(frozenset(rows.prediction_ids), known)


def _added(
    rows: LabelledRows, before: Feedback, incident: str, task: Task, cache: Path
) -> Feedback:
    """Return a file, named by its content, with these rows too."""
    folder = cache / "feedback"
    with aside(folder) as place:
        made = place / "feedback.parquet"
        if before.file is not None:
            made.write_bytes(before.file.read_bytes())
        append(made, task.input, rows, incident)
        name = hashlib.sha256(made.read_bytes()).hexdigest()[:20]
        file = folder / f"{name}.parquet"
        os.replace(made, file)
    return Feedback(file, np.concatenate([before.places, _places(rows)]))


def _places(rows: LabelledRows) -> Places:
    """Return where rows stand in the history."""
    return np.array([int(name, 16) for name in rows.prediction_ids], np.int64)
