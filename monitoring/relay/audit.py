"""What the audit has: each event of an incident, with its reason."""

from dataclasses import dataclass
from enum import StrEnum

from perennial.verdicts import Verdict


class AuditEvent(StrEnum):
    """What happened to an incident, as the audit and the metric `decision` have it."""

    ACCEPTED = "accepted"  # an incident that waits for its pipeline
    DUPLICATE = "duplicate"  # the same incident again
    WAITING = "waiting"  # another incident of the model still waits for its pipeline
    COOLDOWN = "cooldown"
    BUDGET = "budget"
    IGNORED = "ignored"  # resolved, or not an alert that asks for a retrain
    TRIGGERED = "triggered"  # the pipeline was started
    ADOPTED = "adopted"  # an earlier, unsure attempt had started it
    RETRY = "retry"  # an attempt failed, another follows
    FAILED = "failed"  # the last attempt failed
    # The gate's verdict in a pipeline that has ended.
    PROMOTE = Verdict.PROMOTE
    KEEP = Verdict.KEEP
    BLOCK = Verdict.BLOCK


GATE_VERDICTS = tuple(AuditEvent(verdict) for verdict in Verdict)


@dataclass(frozen=True)
class AuditEntry:
    """An event with its reason, in words for a person."""

    event: AuditEvent
    reason: str
