"""Removes rows after the days for which they may be kept, a batch at a time."""

from dataclasses import dataclass, field

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
    # Where to go on, with a label and without: rows that stay are not read again for each batch.
    _after: dict[bool, str] = field(default_factory=lambda: {False: "", True: ""})

    def due(self, now: float) -> bool:
        """Return whether it is time to look. now: Unix seconds."""
        return (self.predictions or self.labelled) is not None and now >= self._next

    def remove(self, engine: Engine, now: float) -> int:
        """Remove at most a batch of each and return how many predictions went."""
        self._next = now + LOOK
        removed = 0
        for days, labelled in ((self.predictions, False), (self.labelled, True)):
            if days is None:
                continue
            after, before = self._after[labelled], now - days * DAY
            count, self._after[labelled] = _remove(engine, before, after, labelled=labelled)
            removed += count
        if any(self._after.values()):
            self._next = now + PAUSE
        return removed


def _remove(engine: Engine, before: float, after: str, *, labelled: bool) -> tuple[int, str]:
    """Remove at most a batch of predictions from before a time, with their labels.

    after: the id to go on after.  Returns how many went, and the last id if the batch was full.
    """
    # Ids begin with the time in milliseconds, so the primary key finds old rows without a scan.
    oldest = f"{int(before * 1000):0{TIME_DIGITS}x}"
    identity = predictions.c.prediction_id
    has_label = sql.exists().where(feedback.c.prediction_id == identity)
    found = (
        sql.select(identity)
        .where(identity > after, identity < oldest, predictions.c.observed_at < utc(before))
        .where(has_label if labelled else ~has_label)
        .order_by(identity)
        .limit(BATCH)
    )
    with engine.begin() as connection:
        set_durable(connection, False)
        ids = connection.execute(found).scalars().all()
        if labelled:
            delete(connection, feedback, ids)
        # Asked again: a label may have come in the meantime, and then its prediction stays.
        gone = sql.delete(predictions).where(identity.in_(ids), ~has_label)
        return connection.execute(gone).rowcount, ids[-1] if len(ids) == BATCH else ""
