"""The interface of a tracker, which records the parameters and figures of a training run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol


class Tracker(Protocol):
    """A tracked run."""

    def log(self, figures: Mapping[str, float], *, step: int) -> None:
        """Record the figures of one step; steps count from 1."""

    def end(self) -> None:
        """Write what is still buffered."""


# Starts a run. folder: where the tracker may write files.  parameters: the stage's, nested.
Start = Callable[[Path, Mapping[str, Any]], Tracker]
