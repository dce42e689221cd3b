"""Applies the limits of label sources, in the order in which they have to be."""

from training.artifacts.feedback import FeedbackRows
from training.feedback.agreement import agreeing
from training.feedback.cap import capped
from training.feedback.far import without_far
from training.feedback.few import without_few
from training.feedback.left_out import LeftOut
from training.feedback.rows import LabelledRows
from training.params import TaskParams
from training.task.task import Task


def limited(
    rows: LabelledRows, before: FeedbackRows, task: Task, numbers: TaskParams
) -> tuple[LabelledRows, tuple[LeftOut, ...]]:
    """Return the rows that may teach, and what was left out of which source.

    Slips go first, then small sources: a stray label must not be another source that the large one
    is limited by.  before: what was collected before.
    """
    limits = numbers.collect
    rows, far = without_far(rows, before, task)
    rows, few = without_few(rows, limits.least_of_source)
    rows, over = capped(
        rows,
        share=limits.most_share,
        least=limits.least_rows,
        least_of_source=limits.least_of_source,
    )
    rows, bad = agreeing(rows, before, task, numbers)
    return rows, far + few + over + bad
