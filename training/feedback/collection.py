"""Appends new labelled rows to the feedback file and raises the model version."""

from dataclasses import dataclass
from pathlib import Path

from perennial.errors import Described, InvalidValue
from training import params
from training.errors import CollectRefused
from training.feedback.file import append, collected_before
from training.feedback.labelled import read
from training.feedback.request import Request
from training.feedback.rows import read_rows
from training.feedback.selection import NewRows, select_new
from training.feedback.tracking import Track, dvc_file
from training.feedback.transaction import replace, unchanged_on_failure
from training.feedback.version import raise_minor
from training.task.files import data_folder, params_file
from training.task.task import Task
from training.validation.table import require_valid


@dataclass(frozen=True)
class CollectResult:
    """The new rows, how many rows the file now has, and the next model's version."""

    new: NewRows
    total: int
    version: str


def collect(request: Request, task: Task, *, root: Path, track: Track) -> CollectResult:
    """Append the new labelled rows to the task's feedback and raise its model version.

    root: the repository.  If anything fails, no file is changed.
    Raises CollectRefused, BadParameter, InvalidData.
    """
    parameters = root / params_file(request.task)
    limits = params.load(request.task, parameters).collect
    file = root / data_folder(request.task) / "feedback.parquet"
    before = collected_before(task, file)
    labelled = read(request.database, request.task, request.earliest(limits.lookback_seconds))
    rows = read_rows(labelled, task.input, task.output)
    new = select_new(rows, before, kind=task.input)
    if len(new.rows) < limits.least_rows:
        expected = (
            f"at least {limits.least_rows} (collect.least_rows in {params_file(request.task)})"
        )
        raise CollectRefused(str(InvalidValue("rows", Described(new), expected)))
    text, version = raise_minor(parameters.read_text(encoding="utf-8"))
    with unchanged_on_failure(
        file, dvc_file(file), file.with_name(".gitignore"), file.with_name("feedback.new")
    ):
        total = append(file, task.input, new, request.incident)
        require_valid(task, file)
        track(file)
        replace(parameters, text.encode())
    return CollectResult(new, total, version)
