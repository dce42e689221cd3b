"""What equal rows with different labels mean: how good no model can be."""

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.output_kind import OutputKind, Truths
from perennial.statistics.counts import Floats


def least_losses(contents: NDArray[np.uint64], truths: Truths, output: OutputKind) -> Floats:
    """Return what the best of all models loses on each row, shape (rows,).

    A model gives equal rows the same answer, so it loses something where their labels differ.
    contents: a digest per row.
    """
    lost = np.zeros(len(truths))
    order = np.argsort(contents, kind="stable")
    starts = np.flatnonzero(np.diff(contents[order])) + 1
    for same in np.split(order, starts):
        labels = truths[same]
        if len(same) > 1 and (labels != labels[0]).any():
            answers = np.tile(output.constant(labels), (len(same), 1))
            lost[same] = output.losses(answers, labels)
    return lost


def ceiling(contents: NDArray[np.uint64], truths: Truths, output: OutputKind) -> str:
    """Return the best score that any model can have on the rows, as a clause."""
    metric = output.metrics[output.headline]
    best = output.loss_test.score(least_losses(contents, truths, output))
    side = "over" if metric.higher_is_better else "under"
    return f"on these rows no model has {metric.title} {side} {best:.4g}"
