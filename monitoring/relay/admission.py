"""Whether a firing incident gets a pipeline: once each, not too soon, not too often."""

from dataclasses import dataclass
from datetime import datetime

from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.policy import Policy


@dataclass(frozen=True, kw_only=True)
class ModelHistory:
    """What the store knows about a model and an incident.

    known: the state of this very incident, None if it is new.  waiting: another incident of the
    model that has no pipeline yet.  last: when the last one that did not fail was accepted.
    today: how many were accepted in the last 24 hours.
    """

    known: str | None = None
    waiting: str | None = None
    last: datetime | None = None
    today: int = 0


def admit(history: ModelHistory, policy: Policy, *, now: datetime) -> AuditEntry:
    """Return whether an incident is accepted; all but a duplicate may be asked again later.

    >>> admit(ModelHistory(), Policy(), now=datetime(2026, 11, 1)).event.value
    'accepted'
    """
    if history.known is not None:
        return AuditEntry(AuditEvent.DUPLICATE, f"this incident is already {history.known}")
    if history.waiting is not None:
        return AuditEntry(AuditEvent.WAITING, f"incident {history.waiting} has no pipeline yet")
    if history.last is not None and now - history.last < policy.cooldown:
        left = (policy.cooldown - (now - history.last)).total_seconds()
        return AuditEntry(
            AuditEvent.COOLDOWN,
            f"an incident was accepted at {history.last:%Y-%m-%d %H:%M:%S} UTC; "
            f"{left:.0f} of {policy.cooldown.total_seconds():.0f} seconds are left",
        )
    if history.today >= policy.daily_budget:
        return AuditEntry(
            AuditEvent.BUDGET,
            f"{history.today} incidents were accepted in 24 hours, the limit is "
            f"{policy.daily_budget}",
        )
    return AuditEntry(AuditEvent.ACCEPTED, "new incident")
