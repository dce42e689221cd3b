"""A process that sends a run to one tracker, as the stage that started it sees it."""

import importlib.util
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import training

LOWEST = 19  # of the priorities of processes

# The command that sends the run in a folder to a tracker, by its name.
Command = Callable[[Path, str], list[str]]


@dataclass(frozen=True)
class Sent:
    """What came of it. link: where to see the run, empty if unknown.  problem: empty if none."""

    link: str
    problem: str


class Sender:
    """A running process, in a group of its own, so that Ctrl-C does not end it too early.

    Not in a session of its own: Linux may give each session an equal share of the processors,
    whatever the priorities of their processes.
    """

    def __init__(self, folder: Path, tracker: str, command: Command) -> None:
        """Start the process. Raises OSError."""
        self.tracker = tracker
        root = str(Path(training.__file__).resolve().parents[1])
        with (folder / f"{tracker}.log").open("ab") as log:
            self._process = subprocess.Popen(
                command(folder, tracker),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "PYTHONPATH": root},
                process_group=0,
                bufsize=0,
            )

    def wait(self, until: float) -> Sent:
        """Return what came of it, at a time of the monotonic clock at the latest."""
        started, late = time.monotonic(), False
        try:
            self._process.wait(max(0.0, until - started))
        except subprocess.TimeoutExpired:
            late = True
            self._stop()
            self._process.wait()
        facts = self._told()
        problem, link = "", facts.get("link", "")
        if late:
            waited, doing = time.monotonic() - started, facts.get("doing", "starting")
            problem = f"stopped while {doing}, after {waited:.0f} s of waiting for it"
            problem += f" ({facts['error']})" if "error" in facts else ""
        elif self._process.returncode:
            problem = facts.get("error") or f"ended with code {self._process.returncode}"
        return Sent(link, problem)

    def step_back(self) -> None:
        """Give it the lowest priority: who starts it must not wait for a processor."""
        self._prioritise(LOWEST)

    def hurry(self) -> None:
        """Give it our own priority, if we may: there is nothing left to do but to wait for it."""
        self._prioritise(os.getpriority(os.PRIO_PROCESS, 0))

    def _prioritise(self, priority: int) -> None:
        try:
            os.setpriority(os.PRIO_PGRP, self._process.pid, priority)
        except (PermissionError, ProcessLookupError):
            return

    def _told(self) -> dict[str, str]:
        """Return what the process has said; not until its end, which a library's own may hold."""
        assert isinstance(self._process.stdout, io.FileIO)
        os.set_blocking(self._process.stdout.fileno(), False)
        with self._process.stdout as pipe:
            lines = (pipe.readall() or b"").splitlines()
        facts: dict[str, str] = {}
        for line in lines:
            facts |= json.loads(line)
        return facts

    def _stop(self) -> None:
        """Stop the process and those that it started."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


def send_command(folder: Path, tracker: str) -> list[str]:
    """Return the command; trackers that are not installed here have an environment beside it."""
    return [interpreter(tracker), "-m", "training.trackers.send", str(folder), tracker]


def interpreter(tracker: str) -> str:
    """Return the Python that has a tracker's library: this one, or that of LOCK=trackers."""
    beside = Path(f"{sys.prefix}-trackers", "bin", "python")
    here = importlib.util.find_spec(tracker) is not None
    return sys.executable if here or not beside.exists() else str(beside)
