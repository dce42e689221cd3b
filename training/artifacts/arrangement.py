"""How base rows and collected feedback become train, validation and test."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from training import params
from training.artifacts.splits import SPLITS, Prepared, Split
from training.tasks.task import Rows, Task

BASE = "base"


@dataclass(frozen=True)
class Collected:
    """Rows of the feedback file with their source, and the source of the newest one.

    places: where in the file each row stands, from 0, shape (rows,).
    """

    split: Split
    newest: str | None
    places: NDArray[np.int64]

    @classmethod
    def nothing(cls, task: Task) -> "Collected":
        """Return what a task has before its first retrain."""
        inputs = np.empty((0, *task.input.shape), np.float32)
        none = np.empty(0, np.int64)
        return cls(Split(inputs, none, np.empty(0, str)), None, none)


def read_feedback(task: Task, file: Path) -> Collected:
    """Return the collected rows; none where nothing was collected yet.

    They are ordered by content: the same rows make the same model, in whatever order they came.
    """
    if not file.exists():
        return Collected.nothing(task)
    table = parquet.read_table(file).to_pydict()
    inputs = np.asarray(table["input"], np.float32).reshape(-1, *task.input.shape)
    labels = np.array([task.labels.index(label) for label in table["label"]], np.int64)
    newest = max(zip(table["observed_at"], table["incident"], strict=True))[1]
    rows = Split(inputs, labels, np.array(table["incident"], str))
    order = np.argsort(positions(inputs), kind="stable")
    return Collected(rows.where(order), newest, order)


def digests(inputs: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Return a number per row, from its content alone, shape (rows,).

    Equal rows have equal numbers, -0.0 counts as 0.0. Of a million rows no two others are likely
    to (3e-8): the number is the first 64 bits of their SHA-256.
    """
    found = (hashlib.sha256((row + np.float32(0)).tobytes()).digest()[:8] for row in inputs)
    return np.frombuffer(b"".join(found), ">u8").astype(np.uint64)


def positions(inputs: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return a number in [0, 1) per row, from its content alone.

    So a row keeps its split as others come and go, and equal rows never stand on two sides.
    """
    return np.asarray(digests(inputs) / 2.0**64, np.float64)


Shares = float | NDArray[np.float64]


def cut(rows: Split, *, validation: Shares, test: Shares) -> dict[str, Split]:
    """Return the three splits with about these shares, one for all or one per row.

    What is neither for validation nor for test is for training.
    """
    place = positions(rows.inputs)
    chosen = {
        "test": place < test,
        "validation": (place >= test) & (place < test + validation),
        "train": place >= test + validation,
    }
    return {name: rows.where(chosen[name]) for name in SPLITS}


def arrange(rows: Rows, collected: Collected, numbers: params.Prepare) -> Prepared:
    """Return all splits of base and collected rows.

    A base row that comes back as feedback keeps its side: else a base test row could be trained on.
    Where the publishers set base rows aside for testing, these alone are the base test rows.
    """
    base = Split(rows.inputs, rows.labels, np.full(len(rows.labels), BASE))
    aside = np.zeros(len(base.labels), np.bool_) if rows.held_out is None else rows.held_out
    test = numbers.test if rows.held_out is None else 0.0
    parts = cut(
        base,
        validation=np.where(aside, 0, numbers.validation),
        test=np.where(aside, 1, test),
    )
    content, back = digests(base.inputs), digests(collected.split.inputs)
    known, known_test = np.isin(back, content), np.isin(back, content[aside])
    fresh = cut(
        collected.split,
        validation=np.where(known, numbers.validation, numbers.fresh_validation),
        test=np.where(known_test, 1, np.where(known, test, numbers.fresh_test)),
    )
    splits = {name: parts[name] + fresh[name] for name in SPLITS}
    return Prepared(splits["train"], splits["validation"], splits["test"], collected.newest)
