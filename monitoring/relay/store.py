"""What the relay remembers: webhooks, incidents, decisions; durable before anyone is told."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, insert, or_, select, update

from monitoring.relay.admission import ModelHistory
from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.tables import LOCK, decisions, incidents, webhooks
from monitoring.relay.webhook import Candidate
from perennial.database.engine import lock

WAITING, TRIGGERED, FAILED = "waiting", "triggered", "failed"
# GitLab's statuses after which a pipeline stays as it is; a failed one may be retried by a person.
ENDED = ("success", "canceled", "skipped")
WATCHED = timedelta(days=1)
# The clocks of two relays differ by less; a time further ahead is of a clock that was once wrong.
SKEW = timedelta(hours=1)


@dataclass(frozen=True)
class Incident:
    """An accepted incident."""

    id: str
    model: str
    started_at: datetime
    state: str
    attempts: int
    next_attempt_at: datetime
    pipeline_id: int | None
    pipeline_url: str | None
    pipeline_status: str | None
    triggered_at: datetime | None
    next_poll_at: datetime | None

    @property
    def pipeline_name(self) -> str:
        """The name that the pipeline gives itself: see workflow:name in .gitlab-ci.yml."""
        return f"retrain {self.model} {self.id}"

    @property
    def status(self) -> str:
        """GitLab's status, or what it is before there is a pipeline."""
        if self.state == TRIGGERED:
            return self.pipeline_status or "created"
        return "untriggered" if self.state == FAILED else "waiting"


class Ledger:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection, *, keep: timedelta) -> None:
        self._connection = connection
        self._keep = keep

    def add_webhook(self, group_key: str, body: bytes, *, now: datetime) -> int:
        """Keep a webhook as it came and return its number; empty those that are old.

        Their rows stay, since decisions name them.
        """
        old = and_(webhooks.c.received_at < now - self._keep, webhooks.c.body != "")
        self._connection.execute(update(webhooks).where(old).values(body=""))
        row = {"received_at": now, "group_key": group_key, "body": body.decode()}
        result = self._connection.execute(insert(webhooks).values(row))
        return int(result.inserted_primary_key[0])  # type: ignore[index]

    def add_incident(
        self, incident: str, candidate: Candidate, *, now: datetime, earliest: datetime
    ) -> None:
        """Accept a candidate as an incident: it waits for its pipeline from now on.

        earliest: when it can have begun; one that says it is older counts as that old.
        """
        assert candidate.started is not None
        row = {
            "id": incident,
            "model": candidate.model,
            "group_key": candidate.group_key,
            # A clock ahead of ours must not make labels of today too old to learn from, nor an
            # alert that claims to be old make all labels fresh.
            "started_at": max(min(candidate.started, now), earliest),
            "accepted_at": now,
            "last_fired_at": now,
            "versions": json.dumps(candidate.versions),
            "state": WAITING,
            "attempts": 0,
            "next_attempt_at": now,
        }
        self._connection.execute(insert(incidents).values(row))

    def add_entry(
        self,
        entry: AuditEntry,
        *,
        now: datetime,
        model: str,
        incident: str | None,
        alerts: Sequence[str] = (),
        webhook: int | None = None,
    ) -> None:
        """Write one row of the audit."""
        row = {
            "decided_at": now,
            "webhook_id": webhook,
            "model": model,
            "incident": incident,
            "alerts": ", ".join(alerts),
            "decision": entry.event.value,
            "reason": entry.reason,
        }
        self._connection.execute(insert(decisions).values(row))

    def overlapping(self, candidate: Candidate, since: datetime, *, now: datetime) -> str | None:
        """Return the incident of the same version that was firing at a time or later.

        Whatever the group: its key changes with Alertmanager's routes, and may differ between its
        replicas. An incident that failed is none: nothing was learned from it.
        """
        fired = func.coalesce(incidents.c.last_fired_at, incidents.c.accepted_at)
        mine = and_(
            incidents.c.model == candidate.model,
            incidents.c.state != FAILED,
            fired >= since,
            fired <= now + SKEW,
        )
        columns = select(incidents.c.id, incidents.c.versions).where(mine)
        for row in self._connection.execute(columns.order_by(incidents.c.accepted_at.desc())):
            if row.versions is None or set(json.loads(row.versions)) & set(candidate.versions):
                found: str = row.id
                return found
        return None

    def fired(self, incident: str, until: datetime) -> None:
        """Note that an incident was firing at a time, if none later is known."""
        earlier = or_(incidents.c.last_fired_at.is_(None), incidents.c.last_fired_at < until)
        mine = and_(incidents.c.id == incident, earlier)
        self._connection.execute(update(incidents).where(mine).values(last_fired_at=until))

    def history(self, model: str, incident: str, *, now: datetime) -> ModelHistory:
        """Return what the policy decides from; a time that lies ahead of now was never."""
        mine = incidents.c.model == model
        alive = and_(mine, incidents.c.state != FAILED, incidents.c.accepted_at <= now)
        ask = self._connection.execute
        known = select(incidents.c.state).where(incidents.c.id == incident)
        waiting = select(incidents.c.id).where(and_(mine, incidents.c.state == WAITING))
        last = select(func.max(incidents.c.accepted_at)).where(alive)
        recent = and_(alive, incidents.c.accepted_at > now - timedelta(days=1))
        today = select(func.count()).select_from(incidents).where(recent)
        return ModelHistory(
            known=ask(known).scalar(),
            waiting=ask(waiting.limit(1)).scalar(),
            last=ask(last).scalar(),
            today=ask(today).scalar_one(),
        )

    def has_event(self, incident: str, event: AuditEvent) -> bool:
        """Return whether the audit has this event of the incident."""
        mine = and_(decisions.c.incident == incident, decisions.c.decision == event.value)
        return self._connection.execute(select(decisions.c.id).where(mine)).first() is not None

    def update(self, incident: Incident, **values: Any) -> bool:
        """Change an incident if nobody else did since it was read, and return whether."""
        unchanged = and_(
            incidents.c.id == incident.id,
            incidents.c.state == incident.state,
            incidents.c.attempts == incident.attempts,
        )
        result = self._connection.execute(update(incidents).where(unchanged).values(values))
        return result.rowcount == 1

    def due(self, now: datetime, *, longest: timedelta) -> list[Incident]:
        """Return the incidents whose next attempt is due, oldest first.

        longest: the longest pause between two attempts.
        """
        ready = and_(incidents.c.state == WAITING, _due(incidents.c.next_attempt_at, now, longest))
        return self._incidents(select(incidents).where(ready).order_by(incidents.c.accepted_at))

    def due_polls(self, now: datetime, *, longest: timedelta) -> list[Incident]:
        """Return the incidents of the last day to ask GitLab about.

        Those whose pipeline has not ended, and those that failed to get one: a person may have
        started it, or GitLab may have after all.
        """
        running = and_(incidents.c.state == TRIGGERED, incidents.c.pipeline_status.not_in(ENDED))
        ready = and_(
            or_(running, incidents.c.state == FAILED),
            _due(incidents.c.next_poll_at, now, longest),
            incidents.c.accepted_at > now - WATCHED,
        )
        return self._incidents(select(incidents).where(ready).order_by(incidents.c.accepted_at))

    def next_due(self) -> datetime | None:
        """Return when the next attempt is due, None if nothing waits."""
        due = select(func.min(incidents.c.next_attempt_at)).where(incidents.c.state == WAITING)
        found: datetime | None = self._connection.execute(due).scalar()
        return found

    def latest(self, model: str) -> Incident | None:
        """Return a model's latest incident."""
        mine = select(incidents).where(incidents.c.model == model)
        found = self._incidents(mine.order_by(incidents.c.accepted_at.desc()).limit(1))
        return found[0] if found else None

    def waiting(self, model: str) -> int:
        """Return how many incidents of a model wait for their pipeline."""
        mine = and_(incidents.c.model == model, incidents.c.state == WAITING)
        count = select(func.count()).select_from(incidents).where(mine)
        return int(self._connection.execute(count).scalar_one())

    def last_trigger(self, model: str) -> datetime | None:
        """Return when a pipeline of a model was last started or adopted."""
        last = select(func.max(incidents.c.triggered_at)).where(incidents.c.model == model)
        found: datetime | None = self._connection.execute(last).scalar()
        return found

    def audit(self, limit: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the latest incidents and the latest decisions, newest first."""
        newest = select(incidents).order_by(incidents.c.accepted_at.desc()).limit(limit)
        decided = select(decisions).order_by(decisions.c.id.desc()).limit(limit)
        return (
            [dict(row._mapping) for row in self._connection.execute(newest)],
            [dict(row._mapping) for row in self._connection.execute(decided)],
        )

    def _incidents(self, query: Any) -> list[Incident]:
        names = Incident.__dataclass_fields__
        rows = self._connection.execute(query)
        return [Incident(**{name: row._mapping[name] for name in names}) for row in rows]


def _due(column: Any, now: datetime, longest: timedelta) -> Any:
    return or_(column <= now, column > now + longest + SKEW)


class Store:
    """Hands out transactions, one at a time: what is decided in one is still true when written."""

    def __init__(self, engine: Engine, *, keep: timedelta = timedelta(days=30)) -> None:
        """keep: how long what alerts said is kept, in webhooks."""
        self._engine = engine
        self._keep = keep

    @contextmanager
    def transaction(self) -> Iterator[Ledger]:
        """Commit at the end, or roll back where an error leaves the block."""
        with self._engine.begin() as connection:
            lock(connection, LOCK)
            yield Ledger(connection, keep=self._keep)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
