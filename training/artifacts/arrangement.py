"""Splits base rows and collected feedback into train, validation and test."""

import numpy as np
from numpy.typing import NDArray

from training import params
from training.artifacts.feedback import FeedbackRows
from training.artifacts.judging import judging
from training.artifacts.splits import SPLITS, Prepared, Split


def positions(identities: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return a number in [0, 1) per row, computed from its content alone.

    A row therefore keeps its split when other rows change, and equal rows share a split.
    """
    return np.asarray(identities / 2.0**64, np.float64)


Shares = float | NDArray[np.float64]


def cut(rows: Split, *, validation: Shares, test: Shares) -> dict[str, Split]:
    """Return the three splits with about these shares: one number for all rows, or one per row.

    Rows in neither validation nor test are training rows.
    """
    place = positions(rows.identities)
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
    """Return all splits of base and collected rows.

    A base row collected as feedback keeps its split, so no base test row is ever trained on. Rows
    of label sources that judge only are test rows; those that are base rows too are left out.
    aside: the base rows that the publishers set aside for testing; then only these are base test
    rows.
    """
    held_out = np.zeros(len(base.labels), np.bool_) if aside is None else aside
    test = numbers.test if aside is None else 0.0
    parts = cut(
        base,
        validation=np.where(held_out, 0, numbers.validation),
        test=np.where(held_out, 1, test),
    )
    known = base.identities
    judges = judging(collected.split, numbers.fresh_test)
    # The base row is there already, and may be a training row.
    kept = ~(judges & np.isin(collected.split.identities, known))
    rows, judges = collected.split.where(kept), judges[kept]
    is_base, is_base_test = (np.isin(rows.identities, of) for of in (known, known[held_out]))
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
