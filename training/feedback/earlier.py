"""Labelled rows from just before an incident: a shift has lasted a while when its alert fires."""

from collections.abc import Mapping
from contextlib import closing
from itertools import islice

from training.artifacts.feedback import FeedbackRows
from training.feedback.labelled import read_before
from training.feedback.limits import limited
from training.feedback.request import MANUAL, Request
from training.feedback.rows import LabelledRows, read_rows
from training.feedback.selection import CollectedBefore, observation_keys, select_new
from training.params import TaskParams
from training.task.task import Task


def earlier_rows(
    request: Request,
    task: Task,
    numbers: TaskParams,
    chosen: LabelledRows,
    before: CollectedBefore,
    known: FeedbackRows,
    erased: Mapping[str, str],
) -> LabelledRows:
    """Return the latest rows before an incident's that nothing has learned from.

    chosen: the incident's own; there are at most `collect.earlier` times as many.
    before, known: what was collected before.  erased: when each subject's rows were.
    Raises CollectRefused.
    """
    limits = numbers.collect
    since = request.earliest(limits.lookback_seconds)
    most = round(limits.earlier * len(chosen))
    if since is None or request.incident == MANUAL or not most:
        return chosen.where([])
    with closing(read_before(request.database, request.task, since)) as newest:
        new = (
            row
            for row in newest
            if row.prediction_id not in before.predictions
            and row.observed_at > erased.get(row.subject or "", "")
        )
        rows = read_rows(reversed(list(islice(new, most))), task.input, task.output)
    found = select_new(rows, _with(before, chosen, task), kind=task.input)
    return limited(found.rows, known, task, numbers)[0]


def _with(before: CollectedBefore, chosen: LabelledRows, task: Task) -> CollectedBefore:
    """Return what was collected before, and the incident's own rows."""
    keys = observation_keys(task.input, chosen.inputs, chosen.prediction_ids)
    own = dict(zip(keys, chosen.labels, strict=True))
    return CollectedBefore(before.predictions | {*chosen.prediction_ids}, before.labels | own)
