"""What alerts were worth: what came of incidents in which each fired, and each signal drifted."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select

from monitoring.relay.attempt_result import AttemptResult
from monitoring.relay.tables import attempts, incidents


class Outcome(StrEnum):
    """What came of an incident: the best that the gate said of its pipelines, if it said any."""

    PROMOTE = "promote"
    KEEP = "keep"
    BLOCK = "block"
    NOTHING = "nothing"  # it ended without a verdict
    OPEN = "open"  # it lives, and has no verdict yet


# Of names, such as those of alerts, and outcomes: how many incidents.
Counts = Counter[tuple[str, Outcome]]


@dataclass(frozen=True)
class Worth:
    """The incidents of one model by what fired in them, or drifted, and by what came of them."""

    alerts: Counts
    signals: Counts


def outcome(results: Collection[str | None], *, ended: bool) -> Outcome:
    """Return what came of an incident; results: of its attempts, None while one runs.

    >>> outcome(["too few", "keep", "promote"], ended=True), outcome([None], ended=False)
    (<Outcome.PROMOTE: 'promote'>, <Outcome.OPEN: 'open'>)
    """
    for verdict in (AttemptResult.PROMOTE, AttemptResult.KEEP, AttemptResult.BLOCK):
        if verdict in results:
            return Outcome(verdict.value)
    return Outcome.NOTHING if ended else Outcome.OPEN


def worth(connection: Connection, model: str) -> Worth:
    """Return what the alerts of a model were worth, over all incidents in the store."""
    results: dict[str, list[str | None]] = {}
    tried = select(attempts.c.incident, attempts.c.result).where(attempts.c.model == model)
    for attempt in connection.execute(tried):
        results.setdefault(attempt.incident, []).append(attempt.result)
    fields = (incidents.c.id, incidents.c.alerts, incidents.c.drifted, incidents.c.ended_at)
    found = Worth(Counter(), Counter())
    for row in connection.execute(select(*fields).where(incidents.c.model == model)):
        what = outcome(results.get(row.id, ()), ended=row.ended_at is not None)
        for counts, names in ((found.alerts, row.alerts), (found.signals, row.drifted)):
            counts.update((name, what) for name in json.loads(names or "[]"))
    return found
