"""The file through which training tells other processes of its run: a JSON object a line."""

import json
from pathlib import Path
from typing import Any, Literal, TypedDict

from training.trackers.sink import Figures, Run

NAME = "events.jsonl"


class Event(TypedDict, total=False):
    """A line. `begin` comes first; `end` may be followed by files, and by another `end`."""

    event: Literal["begin", "figures", "file", "end"]
    run: dict[str, Any]  # begin: the fields of Run
    step: int  # figures
    time: float  # figures
    values: dict[str, float]  # figures
    path: str  # file
    failed: bool  # end


class Spool:
    """The events of one run, in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / NAME

    def append(self, *events: Event) -> None:
        """Append lines; whoever reads at the same time sees a line whole or not at all."""
        with self.path.open("ab") as file:
            file.writelines(json.dumps(event).encode() + b"\n" for event in events)

    def read(self, offset: int) -> list[tuple[Event, int]]:
        """Return the events from an offset in bytes on, each with the offset after it."""
        with self.path.open("rb") as file:
            file.seek(offset)
            found = file.read()
        pairs: list[tuple[Event, int]] = []
        for line in found[: found.rfind(b"\n") + 1].splitlines(keepends=True):
            offset += len(line)
            pairs.append((json.loads(line), offset))
        return pairs

    def run(self, *, known: str = "") -> Run:
        """Return the run; known: the tracker's id of it."""
        with self.path.open("rb") as file:
            begin: Event = json.loads(file.readline())
        return Run(**begin["run"], folder=self.folder, known=known)


def figures_of(event: Event) -> Figures:
    """Return what an event of figures says."""
    return Figures(event["step"], event["time"], event["values"])
