"""Leaves out numbers so far from all known labels that they are slips, such as 1e30 for 30."""

from collections import Counter

import numpy as np

from perennial.kinds.output_kind import Truths
from training.artifacts.feedback import FeedbackRows
from training.feedback.left_out import LeftOut
from training.feedback.rows import LabelledRows
from training.task.task import Task

# How often the range of known labels fits between them and a label that counts. One label that is
# a billion times too large decides the mean error of all; real ones seldom double.
RANGES = 10
SLIPS = 0.001  # share of the known labels at each end that say nothing of the range


def limits(known: Truths) -> tuple[float, float]:
    """Return between what a new label may lie; no limits where the known ones are all alike.

    known: the task's own, and those collected before; one in a thousand may be a slip itself.
    """
    low = float(np.quantile(known, SLIPS, method="higher"))
    high = float(np.quantile(known, 1 - SLIPS, method="lower"))
    room = RANGES * (high - low)
    return (low - room, high + room) if room > 0 else (-np.inf, np.inf)


def without_far(
    rows: LabelledRows, before: FeedbackRows, task: Task
) -> tuple[LabelledRows, tuple[LeftOut, ...]]:
    """Return the rows without labels that are far from all known ones, if they are numbers.

    They stay in the service's database.
    before: what was collected before.
    """
    if task.output.labels or not len(rows):
        return rows, ()
    own = task.output.truths([label for label in task.load().labels if label is not None])
    low, high = limits(np.concatenate([own, before.split.labels]))
    found = task.output.truths(rows.labels)
    far = (found < low) | (found > high)
    if not far.any():
        return rows, ()
    counts = Counter(rows.sources[at] for at in np.flatnonzero(far).tolist())
    worst = found[far][np.abs(found[far]).argmax()]
    reason = (
        f"labels such as {worst:g}, expected {low:g} to {high:g}: the range of known ones, and "
        f"{RANGES} times as much on both sides"
    )
    left = tuple(LeftOut(name, count, reason) for name, count in sorted(counts.items()))
    return rows.where(np.flatnonzero(~far).tolist()), left
