"""From when on rows are an incident's own: those that its pipelines wait for, and judge on.

A pure function, which the relay and the backtest both call.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitoring.relay.attempts import SKEW
from monitoring.relay.policy import Policy, Signal


@dataclass(frozen=True)
class OwnRows:
    """since: when the first of them was predicted.  last_fell: when a fall was last measured."""

    since: datetime
    last_fell: datetime | None = None


@dataclass(frozen=True)
class Fall:
    """A fall that labels show now; since: when its alert began.  late: how late labels come."""

    since: datetime
    late: timedelta = timedelta()


def own_rows(
    before: OwnRows | None,
    signals: Collection[Signal],
    fall: Fall | None,
    *,
    started: datetime,
    policy: Policy,
    now: datetime,
) -> OwnRows:
    """Return which rows are an incident's own, as of now.

    A fall that labels show for the first time, or again after `Policy.pause`, begins them anew:
    what came before may be of another, harmless change. Labels that come after the alert are of
    rows from before it where they come late, and nothing was chosen by these.

    before: what was known at the last look, None at the first.  signals: of the alerts that fire.
    fall: None where labels show none.  started: when the incident began.

    >>> noon, hour = datetime(2026, 11, 1, 12), timedelta(hours=1)
    >>> both, fall = {Signal.INPUTS, Signal.LABELS}, Fall(noon + hour, late=hour / 4)
    >>> later = {"started": noon, "policy": Policy(), "now": noon + 2 * hour}
    >>> f"{own_rows(OwnRows(noon), both, fall, **later).since:%H:%M}"
    '12:45'
    """
    if fall is None or Signal.CALENDAR in signals:
        return before or OwnRows(started)
    if before is None and Signal.INPUTS not in signals:
        return OwnRows(started - fall.late, now)
    known = before or OwnRows(started)
    if _goes_on(fall, known.last_fell, policy, now):
        return replace(known, last_fell=now)
    return OwnRows(max(known.since, fall.since - fall.late), now)


def _goes_on(fall: Fall, last: datetime | None, policy: Policy, now: datetime) -> bool:
    """Return whether a fall is that of the last time, which may have been away for a while."""
    # A time further ahead than another relay's clock is of a clock that was once wrong.
    return last is not None and last <= now + SKEW and fall.since <= last + policy.pause
