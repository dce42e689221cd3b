"""Every error of the report, one sentence each."""

from collections.abc import Iterable
from pathlib import Path

from monitoring.errors import CommandFailed


class NoSuchModel(CommandFailed):
    """Nothing that was asked for served in the span."""

    def __init__(self, url: str, asked: str, found: Iterable[str]) -> None:
        known = ", ".join(found) or "no model at all; see --end and --since"
        super().__init__(f"{url} has no data of {asked} in the span; found {known}")


class SeveralModels(CommandFailed):
    """More than one version fits; the report is on one."""

    def __init__(self, found: Iterable[str]) -> None:
        super().__init__(f"found {', '.join(found)}; expected one: choose with --model, --version")


class NoSignals(CommandFailed):
    """A version served, but Prometheus has no reference of it to compare with."""

    def __init__(self, version: str) -> None:
        super().__init__(f"Prometheus has no signal of {version} in the span; expected some")


class NotWritten(CommandFailed):
    """The report's file could not be written."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"{path} cannot be written: {error.strerror}; expected a file, see --out")
