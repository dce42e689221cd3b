"""How many labels of each model have come, as the store keeps it; the relay counts them itself.

So that the count goes back further than Prometheus' data, and survives any restart.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from monitoring.relay.arrivals import Readings
from monitoring.relay.labels import Rate, rate_of
from monitoring.relay.tables import labels


@dataclass(frozen=True)
class LabelCount:
    """The labels of a model that arrived since some time.

    a_second: over the last day.  readings: the service's counters as they were read last.
    """

    model: str
    since: datetime
    counted_at: datetime
    arrived: float
    a_second: float
    readings: Readings

    @property
    def rate(self) -> Rate:
        """How fast they come."""
        counted = self.counted_at - self.since
        return rate_of(lately=self.a_second, arrived=self.arrived, counted=counted)


class LabelCounts:
    """Reads and writes the counts within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, model: str) -> LabelCount | None:
        """Return a model's count, None before the first."""
        row = self._connection.execute(select(labels).where(labels.c.model == model)).first()
        if row is None:
            return None
        values: dict[str, Any] = dict(row._mapping)
        return LabelCount(readings=json.loads(values.pop("counters")), **values)

    def begin(self, model: str, readings: Readings, *, a_second: float, now: datetime) -> None:
        """Begin to count from what the counters are now."""
        row = {"model": model, "since": now, "arrived": 0.0}
        self._connection.execute(insert(labels).values(row | _values(readings, a_second, now)))

    def add(
        self,
        count: LabelCount,
        arrived: float,
        *,
        readings: Readings,
        a_second: float,
        now: datetime,
    ) -> bool:
        """Add what arrived since a count was read, unless somebody else has; return whether."""
        unchanged = and_(labels.c.model == count.model, labels.c.counted_at == count.counted_at)
        values = _values(readings, a_second, now) | {"arrived": count.arrived + arrived}
        result = self._connection.execute(update(labels).where(unchanged).values(values))
        return result.rowcount == 1


def _values(readings: Readings, a_second: float, now: datetime) -> dict[str, Any]:
    return {"counters": json.dumps(readings), "a_second": a_second, "counted_at": now}
