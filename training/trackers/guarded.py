"""A tracker that cannot break training: after its first error the run continues without it."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from training.trackers.tracker import Start, Tracker


class Guarded:
    """Passes calls to the tracker until it raises; then prints the error and ignores calls."""

    def __init__(self, start: Start, folder: Path, parameters: Mapping[str, Any]) -> None:
        self._tracker: Tracker | None = None
        self._try(lambda: self._begin(start(folder, parameters)))

    def _begin(self, tracker: Tracker) -> None:
        self._tracker = tracker

    def log(self, figures: Mapping[str, float], *, step: int) -> None:
        """Record the figures of one step."""
        if (tracker := self._tracker) is not None:
            self._try(lambda: tracker.log(figures, step=step))

    def end(self) -> None:
        """Write what is still buffered."""
        if (tracker := self._tracker) is not None:
            self._try(tracker.end)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # no tracker error may stop training
            self._tracker = None
            problem = f"{type(error).__name__}: {error}"
            print(f"tracker stopped, training continues: {problem}", file=sys.stderr, flush=True)
