"""Training's errors: one sentence each that names the field, the value and what was expected."""

from __future__ import annotations  # for training.gitlab.cml, which runs under Python 3.8

from collections.abc import Iterable, Sequence

from perennial.errors import InvalidValue
from perennial.plural import plural


class TrainingError(Exception):
    """Base class of training's errors; the command line prints it and exits with 2."""


class BadParameter(InvalidValue, TrainingError):
    """A value of params.yaml, or of the command line, is unknown or out of range."""


class RemovalRefused(TrainingError):
    """The folders of a task to remove hold files that git does not have."""

    def __init__(self, task: str, files: Sequence[str]) -> None:
        listed = "".join(f"\n  {file}" for file in files)
        super().__init__(
            f"{task}: these files are not in git as they are, and would be lost:{listed}\n"
            f"Commit them, or remove the task with 'make task-remove NAME={task} FORCE=1'."
        )


class DataRefused(TrainingError):
    """The published rows of a task cannot be had, or are others than expected."""


class NotTracked(TrainingError):
    """DVC cannot track a file of data."""


class BadModel(InvalidValue, TrainingError):
    """A file in training/models does not define one model."""


class MissingArtifact(TrainingError):
    """A file that an earlier stage should have written is missing."""

    def __init__(self, path: object) -> None:
        super().__init__(f"{path}: not found; run 'dvc repro -P'")


class ExportRefused(TrainingError):
    """The bundle does not predict what the training framework predicted."""


class BundleUnusable(TrainingError):
    """A bundle cannot be loaded, or belongs to another task."""

    def __init__(self, folder: object, problem: str) -> None:
        super().__init__(f"{folder}: {problem}")


class CollectRefused(TrainingError):
    """The labelled feedback cannot be turned into training rows; no file was changed."""


class TooFewRows(CollectRefused):
    """There are too few labelled rows to train on.

    rows: that could be collected.  least: that must be.
    """

    def __init__(self, message: str, *, rows: int, least: int) -> None:
        self.rows = rows
        self.least = least
        super().__init__(message)


class ReportRefused(TrainingError):
    """A report is not the task's report, or is too long to publish."""


class NothingToPropose(TrainingError):
    """A retrain changed nothing in git, or its model may not be promoted."""


class RegistryRefused(TrainingError):
    """A version cannot be registered, or the tags in git contradict each other."""


class RemoteRefused(TrainingError):
    """The DVC remote cannot be configured."""


class InvalidData(TrainingError):
    """Rows break validation rules; the message has a line for each rule."""

    def __init__(self, source: object, broken: Iterable[object]) -> None:
        lines = [str(finding) for finding in broken]
        count = f"{plural(len(lines), 'rule')} failed"
        super().__init__("\n  ".join([f"{source}: {count}, nothing was written", *lines]))
