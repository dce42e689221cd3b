"""Finds columns that tell the answer by themselves, such as one that is filled in afterwards."""

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.output_kind import OutputKind, Truths

MOST = 10_000  # rows to look at; half of them answer for the other half
SEED = 0


def told(columns: NDArray[np.floating], truths: Truths, output: OutputKind) -> list[float]:
    """Return how much of a constant answer's loss each column alone avoids: 1 is all, 0 nothing.

    Each of half of the rows is answered with the truth of the row in the other half whose value is
    nearest, so that any relation counts, whatever its form.
    columns: shape (rows, columns), NaN where missing.  truths: of the output's kind, shape (rows,).
    Source: Cover and Hart, Nearest neighbor pattern classification, 1967.

    >>> from perennial.kinds.outputs.classes import ClassesOutput
    >>> output, truths = ClassesOutput(labels=("no", "yes")), np.arange(100) % 2
    >>> told(np.stack([truths * 5.0, np.zeros(100)], axis=1), truths, output)
    [1.0, 0.0]
    """
    rows = np.random.default_rng(SEED).permutation(len(truths))[:MOST]
    known, asked = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    if not len(known):
        return [0.0] * columns.shape[1]
    constant = np.tile(output.constant(truths[known]), (len(asked), 1))
    most = float(output.losses(constant, truths[asked]).mean())
    if not most > 0:
        return [0.0] * columns.shape[1]
    given, places = np.unique(truths[known], return_inverse=True)
    answers = np.stack([output.constant(given[at : at + 1]) for at in range(len(given))])[places]
    found = []
    for column in columns.T:
        values = np.nan_to_num(column.astype(np.float64), nan=-1e300)  # far from all others
        nearest = _nearest(values[known], values[asked])
        lost = float(output.losses(answers[nearest], truths[asked]).mean())
        found.append(max(0.0, 1 - lost / most))
    return found


def _nearest(known: NDArray[np.float64], asked: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the place of the known value that is nearest to each asked one."""
    order = np.argsort(known, kind="stable")
    ordered = known[order]
    after = np.searchsorted(ordered, asked).clip(max=len(known) - 1)
    before = (after - 1).clip(min=0)
    nearer = np.abs(asked - ordered[before]) < np.abs(ordered[after] - asked)
    return np.asarray(order[np.where(nearer, before, after)], np.int64)
