"""Never train again: what every other policy is compared with."""

from backtest.policy import Moment, Start


class Never:
    """Starts nothing."""

    watches = False
    gated = True

    def start(self, moment: Moment) -> Start | None:
        """Return nothing."""
        return None
