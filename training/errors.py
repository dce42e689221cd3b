"""Every error of training: one sentence that names the field, the value and what was expected."""

from __future__ import annotations  # for training.gitlab.cml, which runs under Python 3.8

from collections.abc import Iterable

from perennial.errors import InvalidValue


class TrainingError(Exception):
    """The base of them all; the command line prints it and exits with 2."""


class BadParameter(InvalidValue, TrainingError):
    """A value of params.yaml, or of the command line, is unknown or out of range."""


class MissingArtifact(TrainingError):
    """A stage lacks what an earlier one should have written."""

    def __init__(self, path: object) -> None:
        super().__init__(f"{path}: not found; run 'dvc repro'")


class ExportRefused(TrainingError):
    """The bundle does not predict what the training framework predicted."""


class BundleUnusable(TrainingError):
    """A model to compare cannot be loaded, or is of another task."""

    def __init__(self, folder: object, problem: str) -> None:
        super().__init__(f"{folder}: {problem}")


class CollectRefused(TrainingError):
    """The labelled feedback cannot become training rows; nothing was changed."""


class ReportRefused(TrainingError):
    """A report folder lacks its text, or the report is too long to be published."""


class NothingToPropose(TrainingError):
    """A retrain left everything in git as it was, or its model may not be promoted."""


class RegistryRefused(TrainingError):
    """A version cannot be registered, or the tags in git contradict each other."""


class RemoteRefused(TrainingError):
    """DVC's remote cannot be set up."""


class InvalidData(TrainingError):
    """Rows break rules; a line for each says which, and nothing was written."""

    def __init__(self, source: object, broken: Iterable[object]) -> None:
        lines = [str(finding) for finding in broken]
        count = "a rule is" if len(lines) == 1 else f"{len(lines)} rules are"
        super().__init__("\n  ".join([f"{source}: {count} broken, nothing was written", *lines]))
