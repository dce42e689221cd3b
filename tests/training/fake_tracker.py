"""A tracker that keeps what it is given."""

from collections.abc import Mapping


class FakeTracker:
    """Keeps the figures by their step."""

    def __init__(self) -> None:
        self.ended = self.failed = False
        self.steps: dict[int, Mapping[str, float]] = {}

    def log(self, figures: Mapping[str, float], *, step: int) -> None:
        """Keep the figures."""
        self.steps[step] = figures

    def end(self, *, failed: bool = False) -> None:
        """Remember that the run has ended, and how."""
        self.ended, self.failed = True, failed
