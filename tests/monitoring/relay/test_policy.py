"""The policy: one pipeline per incident, not too soon, not too often."""

from datetime import timedelta

import pytest

from monitoring.relay.policy import Decision, History, Policy, decide
from tests.monitoring.relay.fakes import START

POLICY = Policy(cooldown=timedelta(hours=1), daily_budget=2)


@pytest.mark.parametrize(
    "history, decision, reason",
    [
        (History(), Decision.ACCEPTED, "new incident"),
        (History(known="triggered"), Decision.DUPLICATE, "this incident is already triggered"),
        (History(known="failed"), Decision.DUPLICATE, "this incident is already failed"),
        (History(waiting="abc"), Decision.WAITING, "incident abc has no pipeline yet"),
        (
            History(last=START - timedelta(minutes=59), today=1),
            Decision.COOLDOWN,
            "an incident was accepted at 2026-11-21 07:01:00 UTC; 60 of 3600 seconds are left",
        ),
        (History(last=START - timedelta(hours=1), today=1), Decision.ACCEPTED, "new incident"),
        (
            History(last=START - timedelta(hours=2), today=2),
            Decision.BUDGET,
            "2 incidents were accepted in 24 hours, the limit is 2",
        ),
    ],
)
def test_the_first_rule_that_speaks_decides(
    history: History, decision: Decision, reason: str
) -> None:
    """Each decision comes with the reason that a person reads in the audit."""
    verdict = decide(history, POLICY, now=START)
    assert (verdict.decision, verdict.reason) == (decision, reason)
