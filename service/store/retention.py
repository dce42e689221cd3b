"""Removes rows after the days for which they may be kept, a batch at a time."""

from dataclasses import dataclass

import sqlalchemy as sql
from sqlalchemy.engine import Engine

from perennial.database import set_durable
from service.store.erasure import BATCH, delete
from service.store.tables import feedback, predictions
from service.store.writes import utc

DAY = 86_400.0
# After a full batch, and when nothing is left to remove.
PAUSE, LOOK = 1.0, 3600.0
TIME_DIGITS = 12


@dataclass
class Retention:
    """How long rows are kept, and when to look next.

    predictions: days for predictions without a label.  labelled: days for those with one, and for
    their labels, counted from the prediction.  None is for ever.
    """

    predictions: float | None = None
    labelled: float | None = None
    _next: float = 0.0

    def due(self, now: float) -> bool:
        """Return whether it is time to look. now: Unix seconds."""
        return (self.predictions or self.labelled) is not None and now >= self._next

    def remove(self, engine: Engine, now: float) -> int:
        """Remove at most a batch of each and return how many predictions went."""
        self._next = now + LOOK
        removed = [
            _remove(engine, now - days * DAY, labelled=labelled)
            for days, labelled in ((self.predictions, False), (self.labelled, True))
            if days is not None
        ]
        if max(removed) == BATCH:
            self._next = now + PAUSE
        return sum(removed)


def _remove(engine: Engine, before: float, *, labelled: bool) -> int:
    """Remove at most a batch of predictions from before a time, with their labels."""
    # Ids begin with the time in milliseconds, so the primary key finds old rows without a scan.
    oldest = f"{int(before * 1000):0{TIME_DIGITS}x}"
    has_label = sql.exists().where(feedback.c.prediction_id == predictions.c.prediction_id)
    found = (
        sql.select(predictions.c.prediction_id)
        .where(predictions.c.prediction_id < oldest, predictions.c.observed_at < utc(before))
        .where(has_label if labelled else ~has_label)
        .limit(BATCH)
    )
    with engine.begin() as connection:
        set_durable(connection, False)
        ids = connection.execute(found).scalars().all()
        delete(connection, feedback, ids)
        return delete(connection, predictions, ids)
