"""What the relay remembers: webhooks, incidents, decisions; durable before anyone is told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Connection, and_, func, insert, select, update

from monitoring.relay.attempts import Attempts
from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.incidents import Incidents
from monitoring.relay.label_counts import LabelCounts
from monitoring.relay.tables import LOCK, decisions, webhooks
from monitoring.relay.worth import Worth, worth
from perennial.database.engine import lock


class Ledger:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection, *, keep: timedelta) -> None:
        self._connection = connection
        self._keep = keep
        self.incidents = Incidents(connection)
        self.attempts = Attempts(connection)
        self.labels = LabelCounts(connection)

    def add_webhook(self, group_key: str, body: bytes, *, now: datetime) -> int:
        """Keep a webhook as it came and return its number; empty those that are old.

        Their rows stay, since decisions name them.
        """
        old = and_(webhooks.c.received_at < now - self._keep, webhooks.c.body != "")
        self._connection.execute(update(webhooks).where(old).values(body=""))
        row = {"received_at": now, "group_key": group_key, "body": body.decode()}
        result = self._connection.execute(insert(webhooks).values(row))
        return int(result.inserted_primary_key[0])  # type: ignore[index]

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

    def last_retry(self, incident: str, *, since: datetime) -> str | None:
        """Return what came of the last try that failed, None where none did since then."""
        mine = and_(
            decisions.c.incident == incident,
            decisions.c.decision == AuditEvent.RETRY.value,
            decisions.c.decided_at >= since,
        )
        newest = select(decisions.c.reason).where(mine).order_by(decisions.c.id.desc())
        found: str | None = self._connection.execute(newest.limit(1)).scalar()
        return found

    def last_heard(self, incident: str) -> datetime | None:
        """Return when a webhook last spoke of an incident."""
        mine = and_(decisions.c.incident == incident, decisions.c.webhook_id.is_not(None))
        last = select(func.max(decisions.c.decided_at)).where(mine)
        found: datetime | None = self._connection.execute(last).scalar()
        return found

    def worth(self, model: str) -> Worth:
        """Return what the alerts of a model were worth."""
        return worth(self._connection, model)

    def audit(self, limit: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the latest incidents, with their attempts, and the latest decisions.

        Newest first; attempts oldest first.
        """
        found = self.incidents.rows(limit)
        attempts = self.attempts.rows([row["id"] for row in found])
        for row in found:
            row["attempts"] = [one for one in attempts if one["incident"] == row["id"]]
        newest = select(decisions).order_by(decisions.c.id.desc()).limit(limit)
        return found, [dict(row._mapping) for row in self._connection.execute(newest)]


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
