"""A tracker that keeps what it is given; DVCLive keeps git's files open."""

from collections.abc import Mapping


class FakeTracker:
    """Keeps the figures by their step."""

    def __init__(self) -> None:
        self.ended = False
        self.steps: dict[int, Mapping[str, float]] = {}

    def log(self, figures: Mapping[str, float], *, step: int) -> None:
        """Keep the figures."""
        self.steps[step] = figures

    def end(self) -> None:
        """Remember that the run has ended."""
        self.ended = True
