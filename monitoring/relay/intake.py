"""From a webhook's body to durable decisions, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitoring.relay import webhook as webhooks
from monitoring.relay.policy import AuditEntry, AuditEvent, Policy, admit
from monitoring.relay.store import Ledger, Store
from monitoring.relay.webhook import Candidate


@dataclass(frozen=True)
class Admission:
    """Whether a candidate was accepted, and why; incident: the one that it belongs to."""

    candidate: Candidate
    incident: str | None
    entry: AuditEntry


class Intake:
    """Writes a webhook and its decisions; when `receive` returns, they are on the disk."""

    def __init__(
        self,
        store: Store,
        *,
        models: tuple[str, ...],
        policy: Policy,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._models = models
        self._policy = policy
        self._clock = clock

    def receive(self, body: bytes) -> list[Admission]:
        """Decide on every model of a webhook. Raises Refused or Malformed, with nothing written."""
        webhook = webhooks.parse(body)
        candidates = webhooks.candidates(webhook, self._models)
        now = self._clock()
        with self._store.transaction() as ledger:
            number = ledger.add_webhook(webhook.groupKey, body, now=now)
            for candidate in candidates:
                _note_end(ledger, candidate, now)
            return [self._decide(ledger, number, candidate, now) for candidate in candidates]

    def _decide(
        self, ledger: Ledger, webhook: int, candidate: Candidate, now: datetime
    ) -> Admission:
        incident = _incident(ledger, candidate, now)
        entry = self._entry(ledger, candidate, incident, now)
        if entry.event is AuditEvent.ACCEPTED and incident is not None:
            ledger.add_incident(incident, candidate, now=now)
        elif incident is not None:
            ledger.fired(incident, now)
        ledger.add_entry(
            entry,
            now=now,
            model=candidate.model,
            incident=incident,
            alerts=candidate.alerts,
            webhook=webhook,
        )
        return Admission(candidate, incident, entry)

    def _entry(
        self, ledger: Ledger, candidate: Candidate, incident: str | None, now: datetime
    ) -> AuditEntry:
        if incident is None:
            return AuditEntry(AuditEvent.IGNORED, candidate.ignored)
        history = ledger.history(candidate.model, incident, now=now)
        return admit(history, self._policy, now=now)


def _incident(ledger: Ledger, candidate: Candidate, now: datetime) -> str | None:
    """Return the id of the incident that a candidate belongs to.

    Alerts of a group that overlap are one incident, even after its first alert has resolved.
    """
    if candidate.started is None:
        return None
    return ledger.overlapping(candidate, candidate.started, now=now) or candidate.incident


def _note_end(ledger: Ledger, candidate: Candidate, now: datetime) -> None:
    """Note until when the incident of a resolved alert was firing."""
    if candidate.resolved is None:
        return
    started, ended = candidate.resolved
    incident = ledger.overlapping(candidate, started, now=now)
    if incident is not None:
        ledger.fired(incident, min(ended, now))
