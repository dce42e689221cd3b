"""Appends new labelled rows to the feedback file and raises the model version."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from perennial.errors import Described, InvalidValue
from training import params
from training.artifacts.feedback import read_feedback
from training.artifacts.splits import BEFORE
from training.errors import TooFewRows
from training.feedback.earlier import earlier_rows
from training.feedback.erasure import Dropped, drop
from training.feedback.file import append, collected_before
from training.feedback.labelled import erased_subjects, read
from training.feedback.left_out import LeftOut
from training.feedback.limits import limited
from training.feedback.request import Request
from training.feedback.rows import LabelledRows, read_rows
from training.feedback.selection import NewRows, select_new
from training.task.tracking import Track, dvc_file
from training.feedback.transaction import replace, unchanged_on_failure
from training.feedback.version import raise_minor
from training.task.files import data_folder, params_file
from training.task.task import Task
from training.validation.table import require_valid


@dataclass(frozen=True)
class CollectResult:
    """What was collected, and the next model's version.

    new: the selected rows.  collected: those of them that were added.
    earlier: how many from just before the incident were added too.
    left_out: the others, by source.  dropped: what went of earlier rows.
    total: rows of the file.  least: rows that had to be new.
    """

    new: NewRows
    collected: LabelledRows
    earlier: int
    left_out: tuple[LeftOut, ...]
    dropped: Dropped
    total: int
    version: str
    least: int


def erase(request: Request, task: Task, *, root: Path, track: Track) -> tuple[Dropped, str]:
    """Drop what may no longer be kept of collected rows; return what went, and the version.

    The task's model version is raised if any did.  root, failures: as of `collect`.
    """
    parameters, file = root / params_file(request.task), _feedback(request, root)
    erased = erased_subjects(request.database)
    text, version = raise_minor(parameters.read_text(encoding="utf-8"))
    with _unchanged_on_failure(file):
        gone = drop(task, file, erased, track=track)
        if gone:
            replace(parameters, text.encode())
    return gone, version


def collect(request: Request, task: Task, *, root: Path, track: Track) -> CollectResult:
    """Append the new labelled rows to the task's feedback and raise its model version.

    What was erased goes first, whatever becomes of the new rows: it must neither stay nor teach.
    root: the repository.  If anything else fails, no file is changed.
    Raises CollectRefused (TooFewRows if that is why), BadParameter, InvalidData.
    """
    parameters = root / params_file(request.task)
    numbers = params.load(request.task, parameters)
    limits = numbers.collect
    gone, _ = erase(request, task, root=root, track=track)
    file = _feedback(request, root)
    before = collected_before(task, file)
    erased = erased_subjects(request.database)
    labelled = read(request.database, request.task, request.earliest(limits.lookback_seconds))
    kept = (row for row in labelled if row.observed_at > erased.get(row.subject or "", ""))
    rows = read_rows(kept, task.input, task.output)
    new = select_new(rows, before, kind=task.input)
    chosen, left_out = limited(new.rows, read_feedback(task, file), task, numbers)
    if len(chosen) < limits.least_rows:
        expected = (
            f"at least {limits.least_rows} (collect.least_rows in {params_file(request.task)})"
        )
        dropped = [str(gone)] if gone else []
        got = Described("; ".join([str(new), *map(str, left_out), *dropped]))
        problem = str(InvalidValue("rows", got, expected))
        raise TooFewRows(problem, rows=len(chosen), least=limits.least_rows)
    earlier = earlier_rows(
        request, task, numbers, new.rows, chosen, before, read_feedback(task, file), erased
    )
    text, version = raise_minor(parameters.read_text(encoding="utf-8"))
    with _unchanged_on_failure(file):
        if len(earlier):
            append(file, task.input, earlier, request.incident + BEFORE)
        total = append(file, task.input, chosen, request.incident)
        require_valid(task, file)
        track(file)
        replace(parameters, text.encode())
    done = CollectResult(
        new, chosen, len(earlier), left_out, gone, total, version, limits.least_rows
    )
    return done


def _feedback(request: Request, root: Path) -> Path:
    return root / data_folder(request.task) / "feedback.parquet"


def _unchanged_on_failure(file: Path) -> AbstractContextManager[None]:
    return unchanged_on_failure(
        file, dvc_file(file), file.with_name(".gitignore"), file.with_name("feedback.new")
    )
