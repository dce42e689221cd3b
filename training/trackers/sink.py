"""The interface of one tracker, as the process that sends a run to it sees it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Run:
    """What a tracker is told of a run when it begins.

    project: the task's name.  name: of the run, unique.  parameters: by dotted name.
    links: where the run comes from, by words such as `commit`; see links.py.
    folder: where files of this run alone may be written.
    pid: of the training process.  known: the tracker's id of the run, if it has it already.
    """

    project: str
    name: str
    parameters: Mapping[str, str | int | float | bool]
    links: Mapping[str, str]
    folder: Path
    pid: int
    known: str = ""


@dataclass(frozen=True)
class Figures:
    """The figures of one step. time: seconds since 1970."""

    step: int
    time: float
    values: Mapping[str, float]


class Sink(Protocol):
    """A run at one tracker. A method that raises is called again with the same arguments.

    Making one asks the tracker for a run and sends nothing else: what is made again, because that
    failed, would be another run.
    identifier: the tracker's id of the run.  link: where to see it, an address or a command; empty
    where it is the folder of the tracker's name in the run's.
    """

    identifier: str
    link: str

    def parameters(self, run: Run) -> None:
        """Send the run's parameters."""

    def figures(self, batch: Sequence[Figures]) -> None:
        """Send the figures of some steps."""

    def file(self, path: Path) -> None:
        """Send a file; one of the same name is replaced."""

    def end(self, *, failed: bool) -> None:
        """End the run and write what is still buffered."""


# Begins a run at a tracker, or continues it where the tracker knows it.
Open = Callable[[Run], Sink]
