"""Decides, again and again, what each living incident does next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta


import structlog

from monitoring.relay.arrivals import Arrivals
from monitoring.relay.attempt_result import AttemptResult
from monitoring.relay.attempts import SKEW
from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.errors import Unconfirmed
from monitoring.relay.evidence import Evidence
from monitoring.relay.exporter import Counters
from monitoring.relay.fall import Fall, fall_rows
from monitoring.relay.incidents import Firing, Incident
from monitoring.relay.label_counting import counted
from monitoring.relay.limits import RelayLimits
from monitoring.relay.next_step import next_step
from monitoring.relay.policy import Action, ActionKind, Policy, Signal, strongest
from monitoring.relay.store import Ledger, Store
from monitoring.relay.tables import MOST
from monitoring.relay.webhook import Candidate, incident_id
from monitoring.relay.words import about

# What the audit calls an action; a pipeline that runs is told of by its own events.
EVENTS = {
    ActionKind.START: AuditEvent.ATTEMPT,
    ActionKind.DEPLOYING: AuditEvent.WAITING,
    ActionKind.LABELS: AuditEvent.WAITING,
    ActionKind.REST: AuditEvent.WAITING,
    ActionKind.COOLDOWN: AuditEvent.COOLDOWN,
    ActionKind.BUDGET: AuditEvent.BUDGET,
    ActionKind.OVER: AuditEvent.OVER,
}
CALENDAR = "calendar"
# Senders repeat what fires far sooner: hourly as shipped, every four hours by default.
SILENT = timedelta(days=1)
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Decider:
    """Looks at incidents: each decision is written with its attempt in one transaction.

    policy: of models without limits of their own.
    evidence, arrivals: what Prometheus says of alerts and of labels; None takes the webhooks' word,
    and knows of no labels.
    look: between two looks at an incident, and at a model's labels.
    """

    store: Store
    policy: Policy
    clock: Callable[[], datetime]
    counters: Counters
    limits: Mapping[str, RelayLimits] = field(default_factory=dict)
    evidence: Evidence | None = None
    arrivals: Arrivals | None = None
    look: timedelta = timedelta(minutes=1)

    def policy_of(self, model: str) -> Policy:
        """Return a model's policy."""
        own = self.limits.get(model)
        return own.applied(self.policy) if own else self.policy

    def count(self, model: str) -> None:
        """Count the labels that have come since the last look, if that was long enough ago.

        Raises Unconfirmed.
        """
        if self.arrivals is not None:
            policy = self.policy_of(model)
            counted(
                self.store, self.arrivals, model, policy=policy, look=self.look, clock=self.clock
            )

    def decide(self, incident: Incident) -> bool:
        """Decide on an incident, and return whether it gets a pipeline now."""
        try:
            self.count(incident.model)
            firing, drifting = self._firing(incident), self._drifting(incident)
            fall = self._fall(incident, firing)
        except Unconfirmed as error:
            self._postpone(incident, error)
            return False
        now = self.clock()
        with self.store.transaction() as ledger:
            known = ledger.incidents.known(incident.id)
            if known is None:
                return False
            seen = self._seen(ledger, known, firing, now)
            seen = replace(seen, drifted=tuple({*known.drifted, *drifting}))
            seen = self._with_fall(ledger, seen, fall, now)
            policy, counts = self.policy_of(seen.model), self.arrivals is not None
            action = next_step(ledger, seen, policy=policy, counts=counts, now=now)
            # Refused where another relay has decided, or there is news.
            if not ledger.incidents.update(incident, **_values(seen, action, now, self.look)):
                return False
            entry = self._carry_out(ledger, seen, action, now)
        if entry is not None:
            self.counters.audited(entry.event)
            log.info(str(entry.event), incident=incident.id, reason=entry.reason)
        return action.kind is ActionKind.START

    def begin_by_calendar(self, model: str) -> None:
        """Begin an incident where none lives and nothing was tried for `Policy.every`."""
        every, now = self.policy_of(model).every, self.clock()
        if every is None:
            return
        with self.store.transaction() as ledger:
            count, last = ledger.labels.of(model), ledger.attempts.latest(model)
            tried = last.accepted_at if last is not None else count.since if count else None
            if tried is None or now < tried + every or ledger.incidents.living(model):
                return
            promoted = ledger.attempts.last_promoted(model)
            since = promoted.accepted_at if promoted else count.since if count else tried
            before = promoted.arrived if promoted else 0.0
            rows = 0.0 if count is None or before is None else count.arrived - before
            candidate = Candidate(
                model, CALENDAR, (CALENDAR,), since, firing={CALENDAR: Signal.CALENDAR}
            )
            incident = incident_id(model, CALENDAR, now)
            ledger.incidents.add(incident, candidate, now=now, earliest=since, rows=rows)
            reason = f"nothing was tried for {about(every.total_seconds())}"
            entry = AuditEntry(AuditEvent.ACCEPTED, reason)
            ledger.add_entry(entry, now=now, model=model, incident=incident, alerts=(CALENDAR,))
        self.counters.audited(entry.event)

    def _firing(self, incident: Incident) -> Firing:
        """Return the alerts of an incident that fire now. Raises Unconfirmed."""
        if self.evidence is None:
            return {} if incident.quiet_since else incident.firing
        return self.evidence.firing(incident.model, incident.versions, before=incident.firing)

    def _drifting(self, incident: Incident) -> tuple[str, ...]:
        """Return the signals that drift now, for the record alone: nothing waits for them."""
        if self.evidence is None:
            return ()
        try:
            return self.evidence.drifting(incident.model, incident.versions)
        except Unconfirmed as error:
            log.warning("signals not read", incident=incident.id, problem=str(error))
            return ()

    def _fall(self, incident: Incident, firing: Firing) -> Fall | None:
        """Return the fall that labels show, None where nobody knows of one. Raises Unconfirmed."""
        if self.arrivals is None or Signal.LABELS not in firing.values():
            return None
        since = None
        if self.evidence is not None:
            since = self.evidence.fell(incident.model, incident.versions)
        late = self.arrivals.late(incident.model, within=self.policy_of(incident.model).flow)
        return Fall(since or self.clock(), late)

    def _with_fall(
        self, ledger: Ledger, incident: Incident, fall: Fall | None, now: datetime
    ) -> Incident:
        """Return an incident with the rows of its fall; of one that begins there are none yet.

        It has none of its own where nobody counts: its pipeline starts before their labels come.
        """
        found = fall_rows(
            incident.fall,
            fall if ledger.labels.of(incident.model) else None,
            started=incident.started_at,
            alone=Signal.INPUTS not in incident.signals,
            policy=self.policy_of(incident.model),
            now=now,
        )
        if found is None:
            return incident
        rows = incident.fall_rows if found.since == incident.fall_since else 0.0
        return replace(
            incident, fall_since=found.since, fall_rows=rows, fall_seen_at=found.last_seen
        )

    def _seen(self, ledger: Ledger, incident: Incident, firing: Firing, now: datetime) -> Incident:
        """Return an incident with what fires now; alerts that are away for a moment do, too."""
        if self.evidence is None and self._unheard(ledger, incident, now):
            firing = {}
        alerts = {name: signal for name, signal in firing.items() if name != CALENDAR}
        away = None if alerts else incident.quiet_since or now
        quiet = self.policy_of(incident.model).quiet
        # Another relay's clock may be ahead of this one.
        if away is not None and away <= now + SKEW and now < away + quiet:
            alerts = {name: one for name, one in incident.firing.items() if name != CALENDAR}
        due = self._with_calendar(ledger, incident, alerts, now)
        names = {*incident.alerts, *(name.partition(" ")[0] for name in due)}
        return replace(incident, firing=due, quiet_since=away, alerts=tuple(names))

    def _unheard(self, ledger: Ledger, incident: Incident, now: datetime) -> bool:
        """Return whether no webhook has spoken of an incident for so long that its end was lost.

        Senders repeat what fires. They never send what ends while they restart or are silenced.
        """
        heard = ledger.last_heard(incident.id) or incident.accepted_at
        return now >= heard + SILENT

    def _with_calendar(
        self, ledger: Ledger, incident: Incident, alerts: Firing, now: datetime
    ) -> Firing:
        """Return what fires; the calendar does from when it is due until its pipeline has ended.

        One that failed is tried again.
        """
        every = self.policy_of(incident.model).every
        attempts = ledger.attempts.of_model(incident.model)
        if every is None:
            return alerts
        last = attempts[-1].accepted_at if attempts else incident.accepted_at
        open_still = not attempts or attempts[-1].outcome(now) in (None, AttemptResult.FAILED)
        if now >= last + every or CALENDAR in incident.firing and open_still:
            return {**alerts, CALENDAR: Signal.CALENDAR}
        return alerts

    def _postpone(self, incident: Incident, error: Unconfirmed) -> None:
        log.warning("incident not looked at", incident=incident.id, problem=str(error))
        with self.store.transaction() as ledger:
            ledger.incidents.update(incident, next_look_at=self.clock() + self.look)

    def _carry_out(
        self, ledger: Ledger, incident: Incident, action: Action, now: datetime
    ) -> AuditEntry | None:
        """Write what an action begins; one that goes on is not written again."""
        reason = action.reason
        if action.kind is ActionKind.START:
            count = None if self.arrivals is None else ledger.labels.of(incident.model)
            since, rows = incident.own
            attempt = ledger.attempts.add(
                incident.id,
                model=incident.model,
                started_at=since,
                signal=strongest(incident.signals),
                rows=None if count is None else rows,
                arrived=None if count is None else count.arrived,
                now=now,
            )
            reason = f"attempt {attempt.number}: {reason}"
        elif action.kind not in EVENTS or action.kind is incident.action:
            return None
        entry = AuditEntry(EVENTS[action.kind], reason)
        ledger.add_entry(entry, now=now, model=incident.model, incident=incident.id)
        return entry


def _values(
    incident: Incident, action: Action, now: datetime, look: timedelta
) -> dict[str, object]:
    """Return what is written of an incident with a decision."""
    over = action.kind is ActionKind.OVER
    values: dict[str, object] = {
        "firing": incident.firing,
        "alerts": incident.alerts,
        "drifted": incident.drifted,
        "fall_since": incident.fall_since,
        "fall_rows": incident.fall_rows,
        "fall_seen_at": incident.fall_seen_at,
        "quiet_since": incident.quiet_since,
        "action": action.kind.value,
        "reason": action.reason,
        "missing_labels": min(action.more, MOST),
        "expected_at": action.at,
        "next_look_at": now + look,
        "ended_at": now if over else None,
    }
    if action.kind is not incident.action:
        values["action_since"] = now
    return values if incident.quiet_since else values | {"last_fired_at": now}
