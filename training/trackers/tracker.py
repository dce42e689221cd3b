"""What a tracker is: something that is told the parameters and figures of a training run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol


class Tracker(Protocol):
    """A run that is being tracked."""

    def log(self, figures: Mapping[str, float], *, step: int) -> None:
        """Record the figures of one step; steps count from 1."""

    def end(self) -> None:
        """Write what is left."""


# Starts a run. folder: where the tracker may write files.  parameters: those of the stage, nested.
Start = Callable[[Path, Mapping[str, Any]], Tracker]
