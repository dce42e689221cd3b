"""The interface of a story."""

from typing import Protocol

from demo.stage import Stage


class Story(Protocol):
    """What happens to the traffic of one task, and what the loop must then do.

    cooldown: seconds that the relay leaves between two retrains.
    lookback: seconds before an alert from which on rows are collected.
    """

    cooldown: float
    lookback: float

    @property
    def about(self) -> str:
        """What happens, as a clause."""

    def prepare(self, stage: Stage) -> None:
        """Arrange the task's rows in the checkout, before the first model is trained."""

    def tell(self, stage: Stage) -> None:
        """Send traffic to the first model, and wait for what the loop must do.

        Raises LoopBroken, TooSlow.
        """

    def check(self, stage: Stage) -> None:
        """Compare the figures of the run with what the story promises. Raises LoopBroken."""
