"""Adds to a run what is made after training: the bundle, its scores, the report and its figures."""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from training.trackers.runs import Runs
from training.trackers.sender import Command, send_command
from training.trackers.senders import Senders, warn
from training.trackers.spool import Event, Spool
from training.trackers.spooled import FOLDER
from training.trackers.state import State


def add(
    artifacts: Path,
    *,
    figures: Mapping[str, float],
    files: Iterable[Path],
    wait: float,
    command: Command = send_command,
) -> None:
    """Send figures and files to the trackers of the run that made the model in artifacts/TASK.

    Only where that run was here, and to those trackers that have all of it so far.
    figures: of the finished model.  wait: seconds that this takes at most.
    """
    folder = artifacts / FOLDER
    spool, senders = Spool(folder), Senders(folder, command)
    try:
        if not spool.path.exists() or spool.run().name != Runs.read(artifacts / "model").name:
            return
        size = spool.path.stat().st_size
        ready = [tracker for tracker, state in State.all(folder) if state.offset == size]
        spool.append(*_events(spool, figures, files))
    except (OSError, ValueError) as error:
        warn("of all names", f"nothing is added to the run: {error}")
        return
    senders.start(ready)
    senders.wait(wait)


def _events(spool: Spool, figures: Mapping[str, float], files: Iterable[Path]) -> list[Event]:
    """Return the figures as those of the last step, the files, and the end."""
    found: list[Event] = []
    if figures:
        last = max((e["step"] for e, _ in spool.read(0) if e["event"] == "figures"), default=1)
        values = {name: float(value) for name, value in figures.items()}
        found.append({"event": "figures", "step": last, "time": time.time(), "values": values})
    found += [{"event": "file", "path": str(file.resolve())} for file in files]
    return [*found, {"event": "end", "failed": False}]
