"""A sample of live predictions in the log, without their inputs: one in so many seconds."""

from structlog.typing import FilteringBoundLogger

from service.store.writes import Observed

ID = "prediction_id"  # by which a label could be sent


class Sample:
    """Logs the first prediction of a request, where one is due; on the event-loop thread only.

    every: seconds between two of them; 0 logs none.
    """

    def __init__(self, *, every: float, log: FilteringBoundLogger) -> None:
        self._every, self._log = every, log
        self._due = 0.0

    def take(self, route: str, observed: Observed, seconds: float, *, now: float) -> None:
        """Log a prediction of a request that has been answered. now: of a clock, in seconds."""
        if not self._every or now < self._due or not observed.predictions:
            return
        self._due = now + self._every
        answer = {name: value for name, value in observed.predictions[0].items() if name != ID}
        milliseconds = round(seconds * 1000, 2)
        self._log.info(
            "prediction", model=observed.model, route=route, milliseconds=milliseconds, **answer
        )
