"""Splits base rows and collected feedback into train, validation and test."""

import numpy as np
from numpy.typing import NDArray

from perennial.digest import digests
from training import params
from training.artifacts.feedback import FeedbackRows
from training.artifacts.splits import BASE, SPLITS, Prepared, Split
from training.task.task import Rows


def positions(inputs: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return a number in [0, 1) per row, computed from its content alone.

    A row therefore keeps its split when other rows change, and equal rows share a split.
    """
    return np.asarray(digests(inputs) / 2.0**64, np.float64)


Shares = float | NDArray[np.float64]


def cut(rows: Split, *, validation: Shares, test: Shares) -> dict[str, Split]:
    """Return the three splits with about these shares: one number for all rows, or one per row.

    Rows in neither validation nor test are training rows.
    """
    place = positions(rows.inputs)
    chosen = {
        "test": place < test,
        "validation": (place >= test) & (place < test + validation),
        "train": place >= test + validation,
    }
    return {name: rows.where(chosen[name]) for name in SPLITS}


def arrange(rows: Rows, collected: FeedbackRows, numbers: params.Prepare) -> Prepared:
    """Return all splits of base and collected rows.

    A base row collected as feedback keeps its split, so no base test row is ever trained on.
    If the publishers set base rows aside for testing, only these are base test rows.
    """
    base = Split(rows.inputs, rows.labels, np.full(len(rows.labels), BASE))
    held_out = np.zeros(len(base.labels), np.bool_) if rows.held_out is None else rows.held_out
    test = numbers.test if rows.held_out is None else 0.0
    parts = cut(
        base,
        validation=np.where(held_out, 0, numbers.validation),
        test=np.where(held_out, 1, test),
    )
    known, new = digests(base.inputs), digests(collected.split.inputs)
    is_base, is_base_test = np.isin(new, known), np.isin(new, known[held_out])
    fresh = cut(
        collected.split,
        validation=np.where(is_base, numbers.validation, numbers.fresh_validation),
        test=np.where(is_base_test, 1, np.where(is_base, test, numbers.fresh_test)),
    )
    splits = {name: parts[name] + fresh[name] for name in SPLITS}
    return Prepared(splits["train"], splits["validation"], splits["test"], collected.newest)
