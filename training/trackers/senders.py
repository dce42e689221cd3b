"""All processes that send one run, and the warnings of those that could not."""

import sys
import time
from collections.abc import Iterable
from pathlib import Path

from training.trackers.sender import Command, Sender, Sent


class Senders:
    """The processes of a run. No method raises an error of a tracker or of the machine."""

    def __init__(self, folder: Path, command: Command) -> None:
        self._folder, self._command = folder, command
        self._running: list[Sender] = []

    def start(self, trackers: Iterable[str]) -> None:
        """Start a process for each tracker."""
        for tracker in trackers:
            try:
                self._running.append(Sender(self._folder, tracker, self._command))
            except OSError as error:
                warn(tracker, str(error))

    def step_back(self) -> None:
        """Give them the lowest priority, until they are waited for."""
        for sender in self._running:
            sender.step_back()

    def wait(self, seconds: float) -> dict[str, str]:
        """Wait for all of them together; return the link of each run that is complete."""
        until = time.monotonic() + seconds
        for sender in self._running:
            sender.hurry()
        came = {sender.tracker: sender.wait(until) for sender in self._running}
        self._running = []
        for tracker, sent in came.items():
            if sent.problem:
                warn(tracker, self._advice(tracker, sent))
        return {tracker: sent.link for tracker, sent in came.items() if not sent.problem}

    def _advice(self, tracker: str, sent: Sent) -> str:
        again = f"python -m training.trackers.send {self._folder} {tracker}"
        return f"{sent.problem}. Nothing else is affected. '{again}' sends what is missing"


def warn(tracker: str, problem: str) -> None:
    """Print a warning that names the tracker."""
    print(f"WARNING: tracker {tracker}: {problem}", file=sys.stderr, flush=True)
