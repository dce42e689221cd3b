"""Counts the labels that come, in all and for each incident."""

from collections.abc import Callable
from datetime import datetime, timedelta

from monitoring.relay.arrivals import Arrivals, Seen, grown, kept, readable
from monitoring.relay.label_counts import LabelCount
from monitoring.relay.policy import Policy
from monitoring.relay.store import Ledger, Store


def counted(
    store: Store,
    arrivals: Arrivals,
    model: str,
    *,
    policy: Policy,
    look: timedelta,
    clock: Callable[[], datetime],
) -> None:
    """Count a model's labels since the last look, if that was long enough ago.

    look: between two.  Raises Unconfirmed.
    """
    now = clock()
    with store.transaction() as ledger:
        before = ledger.labels.of(model)
    if before is not None and before.counted_at <= now < before.counted_at + look:
        return
    seen = arrivals.seen(model)
    if seen is None:
        return
    with store.transaction() as ledger:
        if before is not None:
            _add(ledger, before, seen, policy, now)
        elif ledger.labels.of(model) is None:
            ledger.labels.begin(model, seen.readings, a_second=seen.a_second, now=now)


def _add(ledger: Ledger, before: LabelCount, seen: Seen, policy: Policy, now: datetime) -> None:
    came = grown(before.readings, seen.readings)
    added = ledger.labels.add(
        before,
        sum(came.values()),
        readings=kept(before.readings, seen.readings),
        a_second=seen.a_second,
        now=now,
    )
    if not added:
        return  # Another relay on the same database has counted them.

    def of(since: datetime | None) -> float:
        """Return how many of these are of rows since a time, none where there is no such time."""
        if since is None:
            return 0.0
        return readable(came, since=since - policy.lookback, after=before.counted_at, until=now)

    for incident in ledger.incidents.lately(before.model, now - policy.pause):
        rows, of_fall = of(incident.started_at), of(incident.fall_since)
        ledger.incidents.add_rows(incident, rows, of_fall=of_fall, now=now)
