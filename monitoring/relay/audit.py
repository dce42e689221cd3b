"""What the audit has: each event of an incident, with its reason."""

from dataclasses import dataclass
from enum import StrEnum

from perennial.verdicts import Verdict


class AuditEvent(StrEnum):
    """What happened to an incident, as the audit and the metric `decision` have it."""

    ACCEPTED = "accepted"  # a new incident, or one that had ended and fires again
    DUPLICATE = "duplicate"  # the same incident again
    ESCALATED = "escalated"  # an incident of drift in which a fall is measured now
    WAITING = "waiting"  # for more labels, for time, or for a promoted model to be merged
    COOLDOWN = "cooldown"
    BUDGET = "budget"
    ATTEMPT = "attempt"  # it gets a pipeline
    OVER = "over"  # its alerts have ended, or another version serves
    IGNORED = "ignored"  # resolved, or not an alert that asks for a retrain
    TRIGGERED = "triggered"  # the pipeline was started
    ADOPTED = "adopted"  # an earlier, unsure attempt had started it
    RETRY = "retry"  # an attempt failed, another follows
    FAILED = "failed"  # the last attempt failed
    # The gate's verdict in a pipeline that has ended.
    PROMOTE = Verdict.PROMOTE
    KEEP = Verdict.KEEP
    BLOCK = Verdict.BLOCK
    TOO_FEW = "too few"  # in place of a verdict: `collect` accepted too few labelled rows


GATE_VERDICTS = tuple(AuditEvent(verdict) for verdict in Verdict)
# How a pipeline can end.
CONCLUSIONS = (*GATE_VERDICTS, AuditEvent.TOO_FEW)


@dataclass(frozen=True)
class AuditEntry:
    """An event with its reason, in words for a person.

    growth: of a verdict, how many times the rows the gate takes to see the gain that it saw.
    """

    event: AuditEvent
    reason: str
    growth: float | None = None
