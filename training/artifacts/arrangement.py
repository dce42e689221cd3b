"""Splits base rows and collected feedback into train, validation and test."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from training import params
from training.artifacts import time_order
from training.artifacts.feedback import FeedbackRows
from training.artifacts.judging import judging
from training.artifacts.occurrences import are_draws, occurrences
from training.artifacts.splits import SPLITS, Prepared, Split

Shares = float | NDArray[np.float64]


def cut(rows: Split, *, validation: Shares, test: Shares) -> dict[str, Split]:
    """Return the three splits with about these shares: one number for all rows, or one per row.

    Rows in neither validation nor test are training rows.
    """
    place = rows.positions
    chosen = {
        "test": place < test,
        "validation": (place >= test) & (place < test + validation),
        "train": place >= test + validation,
    }
    return {name: rows.where(chosen[name]) for name in SPLITS}


def arrange(
    base: Split,
    collected: FeedbackRows,
    numbers: params.Prepare,
    *,
    aside: NDArray[np.bool_] | None = None,
) -> Prepared:
    """Return all splits of base and collected rows: in time order if they have a time.

    aside: the base rows that the publishers set aside for testing; then only these are base test
    rows.
    """
    if base.times is None:
        return _by_content(*_told_apart(base, collected), numbers, aside)
    return _by_time(base + collected.split, collected.newest, numbers, aside)


def _by_time(
    rows: Split, newest: str | None, numbers: params.Prepare, aside: NDArray[np.bool_] | None
) -> Prepared:
    sides = time_order.sides_of(rows, numbers, aside)
    places = (time_order.TRAIN, time_order.VALIDATION, time_order.TEST)
    train, validation, test = (rows.where(sides == place) for place in places)
    return Prepared(train, validation, test, newest)


def _told_apart(base: Split, collected: FeedbackRows) -> tuple[Split, FeedbackRows]:
    """Return the rows with equal ones told apart, where nearly all repeat as table rows may."""
    if not (base.kind.repeats and are_draws(base.contents)):
        return base, collected
    numbers = occurrences(np.concatenate([base.contents, collected.split.contents]))
    count = len(base.labels)
    fresh = replace(collected, split=collected.split.numbered(numbers[count:]))
    return base.numbered(numbers[:count]), fresh


def _by_content(
    base: Split,
    collected: FeedbackRows,
    numbers: params.Prepare,
    aside: NDArray[np.bool_] | None,
) -> Prepared:
    """Return the splits by a hash of the rows' content, and of their occurrence if it counts.

    A base row collected as feedback keeps its split, so no base test row is ever trained on. Rows
    of label sources that judge only are test rows; those that are base rows of another split too
    are left out.
    """
    published = np.zeros(len(base.labels), np.bool_) if aside is None else aside
    test = numbers.test if aside is None else 0.0
    parts = cut(
        base,
        validation=np.where(published, 0, numbers.validation),
        test=np.where(published, 1, test),
    )
    known = base.identities
    judges = judging(collected.split, numbers.fresh_test)
    # The base row may be a training row.
    taught = np.setdiff1d(known, parts["test"].identities)
    kept = ~(judges & np.isin(collected.split.identities, taught))
    rows, judges = collected.split.where(kept), judges[kept]
    is_base, is_base_test = (np.isin(rows.identities, of) for of in (known, known[published]))
    # Where sources judge, what the others gave need not.
    apart = np.isin(rows.source, np.unique(rows.source[judges])) & ~is_base
    fresh_test = np.where(apart, 0, np.where(is_base, test, numbers.fresh_test))
    fresh = cut(
        rows,
        validation=np.where(
            judges, 0, np.where(is_base, numbers.validation, numbers.fresh_validation)
        ),
        test=np.where(judges | is_base_test, 1, fresh_test),
    )
    splits = {name: parts[name] + fresh[name] for name in SPLITS}
    return Prepared(splits["train"], splits["validation"], splits["test"], collected.newest)
