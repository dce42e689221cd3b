"""What training needs of its trackers: somewhere to record the figures of each step."""

from collections.abc import Mapping
from typing import Protocol


class Tracker(Protocol):
    """A tracked run; no method raises an error or waits for a tracker."""

    def log(self, figures: Mapping[str, float], *, step: int) -> None:
        """Record the figures of one step; steps count from 1."""

    def end(self, *, failed: bool = False) -> None:
        """Say that training has ended; failed: whether by an error."""
