"""From a webhook's body to durable decisions, in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from monitoring.relay import webhook as webhooks
from monitoring.relay.admission import admit
from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.errors import Pending
from monitoring.relay.evidence import Evidence
from monitoring.relay.exporter import Counters
from monitoring.relay.limits import RelayLimits
from monitoring.relay.policy import Policy
from monitoring.relay.store import Ledger, Store
from monitoring.relay.webhook import Candidate


@dataclass(frozen=True)
class Decided:
    """Whether a candidate was accepted, and why; incident: the one that it belongs to."""

    candidate: Candidate
    incident: str | None
    entry: AuditEntry


NO_LIMITS: Mapping[str, RelayLimits] = MappingProxyType({})
UNCONFIRMED = "Prometheus has no such alert firing"


class Intake:
    """Writes a webhook and its decisions; when `receive` returns, they are on the disk.

    policy: of models without limits of their own.
    evidence: what confirms an alert before it counts; None takes the sender's word.
    """

    def __init__(
        self,
        store: Store,
        *,
        models: tuple[str, ...],
        policy: Policy,
        clock: Callable[[], datetime],
        counters: Counters,
        limits: Mapping[str, RelayLimits] = NO_LIMITS,
        evidence: Evidence | None = None,
    ) -> None:
        self._store = store
        self._models = models
        self._policy = policy
        self._limits = limits
        self._clock = clock
        self._counters = counters
        self._evidence = evidence

    def receive(self, body: bytes) -> list[Decided]:
        """Decide on every model of a webhook.

        Raises Refused, Malformed or Unconfirmed, with nothing written; or Pending, once what the
        webhook says of other models is.
        """
        webhook = webhooks.parse(body)
        candidates, pending = self._sorted(webhooks.candidates(webhook, self._models))
        decided = self._decided(webhook.groupKey, body, candidates) if candidates else []
        for one in decided:
            self._counters.audited(one.entry.event)
        if pending is not None:
            raise pending
        return decided

    def _sorted(self, found: list[Candidate]) -> tuple[list[Candidate], Pending | None]:
        """Return the candidates to decide on, and why others have to be asked for again."""
        candidates, pending = [], None
        for candidate in found:
            try:
                candidates.append(self._confirmed(candidate))
            except Pending as error:
                pending = error
        return candidates, pending

    def _decided(self, group_key: str, body: bytes, candidates: list[Candidate]) -> list[Decided]:
        now = self._clock()
        with self._store.transaction() as ledger:
            number = ledger.add_webhook(group_key, body, now=now)
            for candidate in candidates:
                _note_end(ledger, candidate, now)
            return [self._decide(ledger, number, candidate, now) for candidate in candidates]

    def _confirmed(self, candidate: Candidate) -> Candidate:
        """Return a candidate, set aside where nothing but the webhook says that it fires."""
        if candidate.started is None or self._evidence is None:
            return candidate
        if self._evidence.confirms(candidate):
            return candidate
        return replace(candidate, started=None, ignored=UNCONFIRMED)

    def _decide(self, ledger: Ledger, webhook: int, candidate: Candidate, now: datetime) -> Decided:
        incident = _incident(ledger, candidate, now, self._policy)
        entry = self._entry(ledger, candidate, incident, now)
        if entry.event is AuditEvent.ACCEPTED and incident is not None:
            ledger.add_incident(incident, candidate, now=now, earliest=now - self._policy.longest)
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
        return Decided(candidate, incident, entry)

    def _entry(
        self, ledger: Ledger, candidate: Candidate, incident: str | None, now: datetime
    ) -> AuditEntry:
        if incident is None:
            return AuditEntry(AuditEvent.IGNORED, candidate.ignored)
        history = ledger.history(candidate.model, incident, now=now)
        return admit(history, self._policy_of(candidate.model), now=now)

    def _policy_of(self, model: str) -> Policy:
        own = self._limits.get(model)
        return own.applied(self._policy) if own else self._policy


def _incident(ledger: Ledger, candidate: Candidate, now: datetime, policy: Policy) -> str | None:
    """Return the id of the incident that a candidate belongs to.

    Alerts of a group that overlap are one incident, even after its first alert has resolved.
    """
    if candidate.started is None:
        return None
    since = max(candidate.started, now - policy.longest)
    return ledger.overlapping(candidate, since, now=now) or candidate.incident


def _note_end(ledger: Ledger, candidate: Candidate, now: datetime) -> None:
    """Note until when the incident of a resolved alert was firing."""
    if candidate.resolved is None:
        return
    started, ended = candidate.resolved
    incident = ledger.overlapping(candidate, started, now=now)
    if incident is not None:
        ledger.fired(incident, min(ended, now))
