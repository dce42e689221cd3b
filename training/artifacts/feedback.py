"""Reads the collected feedback of a task as rows for the splits."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.artifacts.feedback_columns import INPUT, SOURCE, TRUSTED, read, unpack
from training.artifacts.splits import Split, known
from training.artifacts.times import DTYPE, Times, times_of
from training.task.task import Task


@dataclass(frozen=True)
class FeedbackRows:
    """Rows of the feedback file with their source, and the source of the newest one.

    places: position of each row in the file, from 0, shape (rows,).
    """

    split: Split
    newest: str | None
    places: NDArray[np.int64]

    @classmethod
    def nothing(cls, task: Task) -> "FeedbackRows":
        """Return the empty feedback of a task before its first retrain."""
        rows, labels = task.input.to_arrow([]), task.output.truths([])
        split = Split(task.input, rows, labels, np.empty(0, str))
        return cls(split, None, np.empty(0, np.int64))


def read_feedback(task: Task, file: Path) -> FeedbackRows:
    """Return the collected rows; none if nothing was collected yet.

    They are sorted by content, so that the same rows in any order give the same model. Where rows
    have a time, one that was sent without is from when it was predicted.
    """
    if not file.exists():
        return FeedbackRows.nothing(task)
    table = read(file)
    texts = table.select(["label", "observed_at", "incident", "prediction_id"]).to_pydict()
    labels = task.output.truths(known(texts["label"]))
    newest = max(zip(texts["observed_at"], texts["incident"], strict=True))[1]
    inputs = unpack(table[INPUT])
    rows = Split(
        task.input,
        inputs,
        labels,
        np.array(texts["incident"], str),
        np.array(table[SOURCE].to_pylist(), str),
        np.array(table[TRUSTED].to_pylist(), bool),
        dated(times_of(task.input, inputs), texts["observed_at"]),
    )
    order = np.lexsort((texts["prediction_id"], rows.identities))
    return FeedbackRows(rows.where(order), newest, order)


def dated(times: Times | None, observed_at: list[str]) -> Times | None:
    """Return times with that of the prediction where one is missing; None if rows have none."""
    if times is None:
        return None
    moments = (datetime.fromisoformat(text) for text in observed_at)
    zoned = (moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in moments)
    observed = np.array([moment.astimezone(UTC).replace(tzinfo=None) for moment in zoned], DTYPE)
    return np.where(np.isnat(times), observed, times)
