"""From a webhook's body to durable decisions, in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from monitoring.relay import webhook as webhooks
from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.errors import Pending
from monitoring.relay.evidence import Evidence
from monitoring.relay.exporter import Counters
from monitoring.relay.store import Ledger, Store
from monitoring.relay.webhook import Candidate

log = structlog.get_logger()


@dataclass(frozen=True)
class Decided:
    """Whether a candidate was accepted, and why; incident: the one that it belongs to."""

    candidate: Candidate
    incident: str | None
    entry: AuditEntry


UNCONFIRMED = "Prometheus has no such alert firing"


class Intake:
    """Writes a webhook and its decisions; when `receive` returns, they are on the disk.

    longest: how long ago an incident may have begun when it is first heard of.
    pause: see `Policy`.
    evidence: what confirms an alert before it counts; None takes the sender's word.
    """

    def __init__(
        self,
        store: Store,
        *,
        models: tuple[str, ...],
        longest: timedelta,
        pause: timedelta,
        clock: Callable[[], datetime],
        counters: Counters,
        evidence: Evidence | None = None,
    ) -> None:
        self._store = store
        self._models = models
        self._longest = longest
        self._pause = pause
        self._clock = clock
        self._counters = counters
        self._evidence = evidence

    def receive(self, body: bytes) -> list[Decided]:
        """Decide on every model of a webhook.

        Raises Refused, Malformed or Unconfirmed, with nothing written; or Pending, once what the
        webhook says of other models is.
        """
        webhook = webhooks.parse(body)
        if webhook.truncatedAlerts:
            log.warning(
                "the sender left out alerts; raise its limit of alerts in a webhook",
                group=webhook.groupKey,
                alerts=webhook.truncatedAlerts,
            )
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
            # What has ended comes first: what fires may be another incident.
            ordered = sorted(candidates, key=lambda one: one.resolved is None)
            return [self._decide(ledger, number, candidate, now) for candidate in ordered]

    def _confirmed(self, candidate: Candidate) -> Candidate:
        """Return a candidate, set aside where nothing but the webhook says that it fires."""
        if candidate.started is None or self._evidence is None:
            return candidate
        if self._evidence.confirms(candidate):
            return candidate
        return replace(candidate, started=None, ignored=UNCONFIRMED)

    def _decide(self, ledger: Ledger, webhook: int, candidate: Candidate, now: datetime) -> Decided:
        incident, entry = None, AuditEntry(AuditEvent.IGNORED, candidate.ignored)
        if candidate.started is not None:
            incident, entry = self._fired(ledger, candidate, candidate.started, now)
        elif candidate.resolved is not None:
            incident, entry = _resolved(ledger, candidate, candidate.resolved, now)
        ledger.add_entry(
            entry,
            now=now,
            model=candidate.model,
            incident=incident,
            alerts=candidate.alerts,
            webhook=webhook,
        )
        return Decided(candidate, incident, entry)

    def _fired(
        self, ledger: Ledger, candidate: Candidate, started: datetime, now: datetime
    ) -> tuple[str, AuditEntry]:
        """Begin an incident, or note that one goes on.

        Alerts that overlap are one incident, and so are those with a pause: what comes and goes
        would otherwise never have the labels to act.
        """
        earliest = now - self._longest
        since = max(started, earliest) - self._pause
        known = ledger.incidents.find(candidate, since, now=now)
        known = known or ledger.incidents.known(candidate.incident or "")
        if known is None:
            incident = candidate.incident or ""
            ledger.incidents.add(incident, candidate, now=now, earliest=earliest)
            return incident, AuditEntry(AuditEvent.ACCEPTED, "new incident")
        stronger = ledger.incidents.fired(known, candidate, now=now)
        if known.ended_at is not None:
            return known.id, AuditEntry(AuditEvent.ACCEPTED, "this incident had ended; it goes on")
        if stronger:
            return known.id, AuditEntry(AuditEvent.ESCALATED, "labels show that the model is worse")
        return known.id, AuditEntry(AuditEvent.DUPLICATE, f"this incident is known: {known.reason}")


def _resolved(
    ledger: Ledger, candidate: Candidate, span: tuple[datetime, datetime], now: datetime
) -> tuple[str | None, AuditEntry]:
    """Note until when an alert was firing, which may have been the last of its incident."""
    started, ended = span
    incident = ledger.incidents.find(candidate, started, now=now)
    if incident is not None:
        ledger.incidents.resolved(incident, candidate, until=min(ended, now))
    found = None if incident is None else incident.id
    return found, AuditEntry(AuditEvent.IGNORED, candidate.ignored)
