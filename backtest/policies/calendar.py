"""A calendar: a pipeline every so many rows, or every so much time, on all labels so far."""

from backtest.policy import Moment, Start


class EveryRows:
    """Starts one whenever so many rows have arrived since the last.

    gated: False deploys whatever was trained, as a plain scheduled retrain does.
    """

    watches = False

    def __init__(self, rows: int, start: int, *, gated: bool = True) -> None:
        self.gated = gated
        self._rows = rows
        self._next = start + rows

    def start(self, moment: Moment) -> Start | None:
        """Return a start when it is time."""
        if moment.rows < self._next:
            return None
        while self._next <= moment.rows:
            self._next += self._rows
        return Start(f"every {self._rows:,} rows")


class EveryPeriod:
    """Starts one whenever so many seconds have passed since the last."""

    watches = False
    gated = True

    def __init__(self, seconds: float, begin: float, name: str) -> None:
        self._seconds = seconds
        self._next = begin + seconds
        self._name = name

    def start(self, moment: Moment) -> Start | None:
        """Return a start when it is time."""
        if moment.seconds < self._next:
            return None
        while self._next <= moment.seconds:
            self._next += self._seconds
        return Start(f"every {self._name}")
