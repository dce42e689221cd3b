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
    """Whether a candidate was accepted, and why."""

    candidate: Candidate
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
            return [self._decide(ledger, number, candidate, now) for candidate in candidates]

    def _decide(
        self, ledger: Ledger, webhook: int, candidate: Candidate, now: datetime
    ) -> Admission:
        entry = self._entry(ledger, candidate, now)
        if entry.event is AuditEvent.ACCEPTED:
            ledger.add_incident(candidate, now=now)
        ledger.add_entry(
            entry,
            now=now,
            model=candidate.model,
            incident=candidate.incident,
            alerts=candidate.alerts,
            webhook=webhook,
        )
        return Admission(candidate, entry)

    def _entry(self, ledger: Ledger, candidate: Candidate, now: datetime) -> AuditEntry:
        if candidate.incident is None:
            return AuditEntry(AuditEvent.IGNORED, candidate.ignored)
        history = ledger.history(candidate.model, candidate.incident, now=now)
        return admit(history, self._policy, now=now)
