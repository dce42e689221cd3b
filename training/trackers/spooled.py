"""A tracked run as a stage sees it: it appends to a file, and other processes send that."""

import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from training.trackers.sender import Command, send_command
from training.trackers.senders import Senders, warn
from training.trackers.spool import Event, Spool

# The folder of a task's latest run, in artifacts/TASK. No output of DVC, which forbids changes.
FOLDER = "tracking"


class SpooledRun:
    """A run in a folder. No method raises an error of a tracker, or of a disk that is full."""

    def __init__(
        self,
        folder: Path,
        trackers: Sequence[str],
        *,
        task: str,
        parameters: Mapping[str, object],
        links: Mapping[str, str],
        command: Command = send_command,
    ) -> None:
        """Begin a run in place of the folder's last one. parameters: by dotted name."""
        self.name = f"{task}-{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        self._spool, self._senders = Spool(folder), Senders(folder, command)
        self._writable = bool(trackers)
        self._try(lambda: _empty(folder))
        run = {
            "project": task,
            "name": self.name,
            "parameters": {name: _plain(value) for name, value in parameters.items()},
            "links": dict(links),
            "pid": os.getpid(),
        }
        self._append({"event": "begin", "run": run})
        if self._writable:
            self._senders.start(trackers)
            self._senders.step_back()

    def log(self, figures: Mapping[str, float], *, step: int) -> None:
        """Record the figures of one step."""
        values = {name: float(value) for name, value in figures.items()}
        self._append({"event": "figures", "step": step, "time": time.time(), "values": values})

    def file(self, path: Path) -> None:
        """Record a file, which is read when it is sent."""
        self._append({"event": "file", "path": str(path.resolve())})

    def end(self, *, failed: bool = False) -> None:
        """Say that training has ended; failed: whether by an error."""
        self._append({"event": "end", "failed": failed})

    def finish(self, *, wait: float) -> dict[str, str]:
        """Wait until the run is sent, some seconds at most; return its links by tracker.

        Say where it is to be seen.
        """
        links = self._senders.wait(wait if self._writable else 0)
        for tracker, link in links.items():
            print(f"tracker {tracker}: see {link or self._spool.folder / tracker}", flush=True)
        return links

    def _append(self, event: Event) -> None:
        self._try(lambda: self._spool.append(event))

    def _try(self, act: Callable[[], None]) -> None:
        """Write; after the first failure nothing more is."""
        if not self._writable:
            return
        try:
            act()
        except OSError as error:
            self._writable = False
            warn("of all names", f"training goes on without them: {error}")


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _plain(value: object) -> str | int | float | bool:
    """Return a value that JSON and every tracker have."""
    return value if isinstance(value, str | int | float | bool) else str(value)
