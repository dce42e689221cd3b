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
    new: LabelledRows,
    chosen: LabelledRows,
    before: CollectedBefore,
    known: FeedbackRows,
    erased: Mapping[str, str],
) -> LabelledRows:
    """Return the latest rows before an incident's that nothing has learned from.

    The limits of label sources hold for these and the incident's together: or a source that labels
    alone before an alert would have no limit, and one that is left out after it would teach here.
    new: the incident's own.  chosen: those of them that the limits leave; there are at most
    `collect.earlier` times as many.
    before, known: what was collected before.  erased: when each subject's rows were.
    Raises CollectRefused.
    """
    limits = numbers.collect
    since = request.earliest(limits.lookback_seconds)
    most = round(limits.earlier * len(chosen))
    if since is None or request.incident == MANUAL or not most:
        return chosen.where([])
    with closing(read_before(request.database, request.task, since)) as newest:
        fresh = (
            row
            for row in newest
            if row.prediction_id not in before.predictions
            and row.observed_at > erased.get(row.subject or "", "")
        )
        rows = read_rows(reversed(list(islice(fresh, most))), task.input, task.output)
    found = select_new(rows, _with(before, chosen, task), kind=task.input).rows
    both, _ = limited(found + new, known, task, numbers)
    kept = {*both.prediction_ids}
    return found.where([at for at, name in enumerate(found.prediction_ids) if name in kept])


def _with(before: CollectedBefore, chosen: LabelledRows, task: Task) -> CollectedBefore:
    """Return what was collected before, and the incident's own rows."""
    keys = observation_keys(task.input, chosen.inputs, chosen.prediction_ids)
    own = dict(zip(keys, chosen.labels, strict=True))
    return CollectedBefore(before.predictions | {*chosen.prediction_ids}, before.labels | own)
