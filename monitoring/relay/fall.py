"""The rows of a fall that labels show: its pipelines wait for these, and judge on them.

A pure function, which the relay and the backtest both call.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitoring.relay.attempts import SKEW
from monitoring.relay.policy import Policy


@dataclass(frozen=True)
class Fall:
    """A fall that labels show now; began: when its alert did.  late: how late labels come."""

    began: datetime
    late: timedelta = timedelta()


@dataclass(frozen=True)
class FallRows:
    """since: when the first of them was predicted.  last_seen: when the fall was last measured."""

    since: datetime
    last_seen: datetime


def fall_rows(
    before: FallRows | None,
    fall: Fall | None,
    *,
    started: datetime,
    alone: bool,
    policy: Policy,
    now: datetime,
) -> FallRows | None:
    """Return which rows are those of an incident's fall, as of now; None before the first.

    Those whose labels come after its alert, so that none of them raised it. Where labels come late,
    these were predicted before. Rows of a drift that the fall joins may be of another, harmless
    change, and are none of its own; nor are those of another fall, `Policy.pause` earlier.

    before: what was known at the last look.  fall: None where labels show none now.
    started: when the incident began.  alone: no drift fires now; one may have, where the incident
    began long before the fall.

    >>> noon, hour = datetime(2026, 11, 1, 12), timedelta(hours=1)
    >>> later = {"alone": False, "policy": Policy(), "now": noon + 2 * hour}
    >>> fall_rows(None, Fall(noon + hour, late=hour / 4), started=noon, **later).since.time()
    datetime.time(12, 45)
    """
    if fall is None:
        return before
    if before is not None and _goes_on(fall, before, policy, now):
        return replace(before, last_seen=now)
    if before is None and alone and fall.began <= started + policy.quiet:
        return FallRows(started - fall.late, now)
    return FallRows(max(started, fall.began - fall.late), now)


def _goes_on(fall: Fall, before: FallRows, policy: Policy, now: datetime) -> bool:
    """Return whether it is the fall of the last time, which may have been away for a while."""
    # A time further ahead than another relay's clock is of a clock that was once wrong.
    return before.last_seen <= now + SKEW and fall.began <= before.last_seen + policy.pause
