"""The policy: one pipeline per incident, not too soon, not too often."""

from datetime import timedelta

import pytest

from monitoring.relay.admission import ModelHistory, admit
from monitoring.relay.audit import AuditEvent
from monitoring.relay.policy import Policy
from tests.monitoring.relay.fakes import START

POLICY = Policy(cooldown=timedelta(hours=1), daily_budget=2)


@pytest.mark.parametrize(
    "history, event, reason",
    [
        (ModelHistory(), AuditEvent.ACCEPTED, "new incident"),
        (
            ModelHistory(known="triggered"),
            AuditEvent.DUPLICATE,
            "this incident is already triggered",
        ),
        (ModelHistory(known="failed"), AuditEvent.DUPLICATE, "this incident is already failed"),
        (ModelHistory(waiting="abc"), AuditEvent.WAITING, "incident abc has no pipeline yet"),
        (
            ModelHistory(last=START - timedelta(minutes=59), today=1),
            AuditEvent.COOLDOWN,
            "an incident was accepted at 2026-11-21 07:01:00 UTC; 60 of 3600 seconds are left",
        ),
        (
            ModelHistory(last=START - timedelta(hours=1), today=1),
            AuditEvent.ACCEPTED,
            "new incident",
        ),
        (
            ModelHistory(last=START - timedelta(hours=2), today=2),
            AuditEvent.BUDGET,
            "2 incidents were accepted in 24 hours, the limit is 2",
        ),
    ],
)
def test_the_first_rule_that_applies_decides(
    history: ModelHistory, event: AuditEvent, reason: str
) -> None:
    """Each decision comes with the reason that a person reads in the audit."""
    entry = admit(history, POLICY, now=START)
    assert (entry.event, entry.reason) == (event, reason)
