"""Incidents as the store keeps them: which alerts fire, and what is done about them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from monitoring.relay.attempts import SKEW, due
from monitoring.relay.fall import FallRows
from monitoring.relay.policy import ActionKind, Signal
from monitoring.relay.tables import incidents
from monitoring.relay.webhook import Candidate

Firing = Mapping[str, Signal]
NEW = "it was accepted, and nothing is decided yet"
LISTS = frozenset({"alerts", "drifted"})
JSON = ("versions", "firing", *sorted(LISTS))


@dataclass(frozen=True)
class Incident:
    """An incident; it lives while `ended_at` is None.

    versions: of the model; None, in those of old relays, is any.
    firing: the signal of each alert that fires, or did until `quiet_since`.
    rows: labelled rows that `collect` would read, None where nobody counts.
    alerts: names of those that have fired in it.  drifted: signals that have drifted in it.
    fall_since: when the first row of its fall was predicted, None before one was measured.
    fall_rows: labelled rows of it.  fall_seen_at: when it was last measured.
    """

    id: str
    model: str
    versions: tuple[str, ...] | None
    started_at: datetime
    last_fired_at: datetime
    accepted_at: datetime
    ended_at: datetime | None
    firing: Firing
    quiet_since: datetime | None
    action: ActionKind
    reason: str
    action_since: datetime
    missing_labels: int
    expected_at: datetime | None
    next_look_at: datetime
    rows: float | None
    alerts: tuple[str, ...]
    drifted: tuple[str, ...]
    fall_since: datetime | None
    fall_rows: float | None
    fall_seen_at: datetime | None

    @property
    def fall(self) -> FallRows | None:
        """The fall that was last measured in it, None before the first."""
        if self.fall_since is None or self.fall_seen_at is None:
            return None
        return FallRows(self.fall_since, self.fall_seen_at)

    @property
    def own(self) -> tuple[datetime, float | None]:
        """Since when rows are its own, and how many have a label; of its fall while it lasts."""
        if Signal.LABELS in self.signals and self.fall_since is not None:
            return self.fall_since, self.fall_rows
        return self.started_at, self.rows

    @property
    def signals(self) -> frozenset[Signal]:
        """What the alerts that fire are measured with."""
        return frozenset(self.firing.values())

    def shares(self, versions: tuple[str, ...]) -> bool:
        """Return whether it is of one of these versions."""
        return self.versions is None or bool(set(self.versions) & set(versions))


class Incidents:
    """Reads and writes incidents within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        incident: str,
        candidate: Candidate,
        *,
        now: datetime,
        earliest: datetime,
        rows: float = 0.0,
    ) -> None:
        """Accept a candidate as an incident.

        earliest: when it can have begun; one that says it is older counts as that old.
        rows: labelled rows that `collect` would read already.
        """
        assert candidate.started is not None
        row = {
            "id": incident,
            "model": candidate.model,
            "group_key": candidate.group_key,
            "versions": json.dumps(candidate.versions),
            # A clock ahead of ours must not make labels of today too old to learn from, nor an
            # alert that claims to be old make all labels fresh.
            "started_at": max(min(candidate.started, now), earliest),
            "accepted_at": now,
            "last_fired_at": now,
            "firing": _text(candidate.firing),
            "action": ActionKind.NEW.value,
            "reason": NEW,
            "action_since": now,
            "missing_labels": 0,
            "next_look_at": now,
            "rows": rows,
            "alerts": _list(candidate.alerts),
            "drifted": _list(()),
        }
        self._connection.execute(insert(incidents).values(row))

    def find(self, candidate: Candidate, since: datetime, *, now: datetime) -> Incident | None:
        """Return the incident of the same version that was firing at a time or later.

        Whatever the group: its key changes with Alertmanager's routes, and may differ between its
        replicas.
        """
        mine = and_(
            incidents.c.model == candidate.model,
            or_(incidents.c.ended_at.is_(None), incidents.c.last_fired_at >= since),
            incidents.c.last_fired_at <= now + SKEW,
        )
        newest = select(incidents).where(mine).order_by(incidents.c.accepted_at.desc())
        return next((one for one in self._read(newest) if one.shares(candidate.versions)), None)

    def known(self, incident: str) -> Incident | None:
        """Return the incident of an id."""
        found = self._read(select(incidents).where(incidents.c.id == incident))
        return found[0] if found else None

    def fired(self, incident: Incident, candidate: Candidate, *, now: datetime) -> bool:
        """Note which alerts of an incident fire now, and return whether there is reason to look.

        There is where it had ended, or has a stronger signal than before.
        """
        before = {} if incident.quiet_since or incident.ended_at else incident.firing
        firing = {**before, **candidate.firing}
        stronger = _strength(firing) > _strength(incident.firing)
        values: dict[str, Any] = {
            "firing": _text(firing),
            "alerts": _list({*incident.alerts, *candidate.alerts}),
            "last_fired_at": max(now, incident.last_fired_at),
            "ended_at": None,
            "quiet_since": None,
        }
        if stronger or incident.ended_at is not None:
            values |= {"next_look_at": now}
        self._connection.execute(
            update(incidents).where(incidents.c.id == incident.id).values(values)
        )
        return stronger

    def resolved(self, incident: Incident, candidate: Candidate, *, until: datetime) -> None:
        """Note that alerts fire no longer, and until when they did.

        The last ones are kept: they may come back.
        """
        gone = candidate.firing
        firing = {name: signal for name, signal in incident.firing.items() if name not in gone}
        values: dict[str, Any] = {"last_fired_at": max(until, incident.last_fired_at)}
        if firing:
            values["firing"] = _text(firing)
        elif incident.quiet_since is None:
            values["quiet_since"] = until
        self._connection.execute(
            update(incidents).where(incidents.c.id == incident.id).values(values)
        )

    def update(self, incident: Incident, **values: Any) -> bool:
        """Change a living incident if nobody else did since it was read, and return whether."""
        unchanged = and_(
            incidents.c.id == incident.id,
            incidents.c.ended_at.is_(None),
            incidents.c.next_look_at == incident.next_look_at,
            incidents.c.firing == _text(incident.firing),
        )
        if "firing" in values:
            values["firing"] = _text(values["firing"])
        for name in LISTS & values.keys():
            values[name] = _list(values[name])
        result = self._connection.execute(update(incidents).where(unchanged).values(values))
        return result.rowcount == 1

    def look_at(self, incident: str, when: datetime) -> None:
        """Plan the next look at an incident."""
        mine = incidents.c.id == incident
        self._connection.execute(update(incidents).where(mine).values(next_look_at=when))

    def look_at_all(self, model: str, when: datetime) -> None:
        """Plan the next look at every living incident of a model."""
        mine = and_(incidents.c.model == model, incidents.c.ended_at.is_(None))
        self._connection.execute(update(incidents).where(mine).values(next_look_at=when))

    def due(self, now: datetime, *, longest: timedelta) -> list[Incident]:
        """Return the living incidents that are to be looked at, oldest first."""
        ready = and_(incidents.c.ended_at.is_(None), due(incidents.c.next_look_at, now, longest))
        return self._read(select(incidents).where(ready).order_by(incidents.c.accepted_at))

    def next_due(self) -> datetime | None:
        """Return when a living incident is to be looked at, None if there is none."""
        living = incidents.c.ended_at.is_(None)
        found: datetime | None = self._connection.execute(
            select(func.min(incidents.c.next_look_at)).where(living)
        ).scalar()
        return found

    def living(self, model: str) -> list[Incident]:
        """Return a model's living incidents, oldest first."""
        mine = and_(incidents.c.model == model, incidents.c.ended_at.is_(None))
        return self._read(select(incidents).where(mine).order_by(incidents.c.accepted_at))

    def lately(self, model: str, since: datetime) -> list[Incident]:
        """Return a model's incidents that live or were firing since a time, oldest first."""
        recent = or_(incidents.c.ended_at.is_(None), incidents.c.last_fired_at >= since)
        mine = and_(incidents.c.model == model, recent)
        return self._read(select(incidents).where(mine).order_by(incidents.c.accepted_at))

    def of_ids(self, ids: list[str]) -> dict[str, Incident]:
        """Return the incidents of some ids."""
        mine = select(incidents).where(incidents.c.id.in_(ids))
        return {one.id: one for one in self._read(mine)}

    def add_rows(self, incident: Incident, rows: float, *, of_fall: float, now: datetime) -> None:
        """Add labelled rows that have come; of_fall: those that are of its fall.

        Where any have, it is looked at next, so that its reason is of as many rows.
        """
        mine = incidents.c.id == incident.id
        totals = {
            column.name: func.coalesce(column, 0.0) + more
            for column, more in ((incidents.c.rows, rows), (incidents.c.fall_rows, of_fall))
        }
        values = totals | ({"next_look_at": now} if rows or of_fall else {})
        self._connection.execute(update(incidents).where(mine).values(values))

    def rows(self, limit: int) -> list[dict[str, Any]]:
        """Return the latest incidents, newest first, as the audit shows them."""
        newest = select(incidents).order_by(incidents.c.accepted_at.desc()).limit(limit)
        found = [dict(row._mapping) for row in self._connection.execute(newest)]
        return [row | {name: json.loads(row[name] or "[]") for name in JSON} for row in found]

    def _read(self, query: Any) -> list[Incident]:
        return [_incident(dict(row._mapping)) for row in self._connection.execute(query)]


def _incident(row: Mapping[str, Any]) -> Incident:
    versions = json.loads(row["versions"])
    firing = json.loads(row["firing"])
    own = {
        "versions": None if versions is None else tuple(versions),
        "firing": {name: Signal(signal) for name, signal in firing.items()},
        "action": ActionKind(row["action"]),
        **{name: tuple(json.loads(row[name] or "[]")) for name in LISTS},
    }
    return Incident(**{name: row[name] for name in Incident.__dataclass_fields__} | own)


def _text(firing: Firing) -> str:
    return json.dumps({name: signal.value for name, signal in sorted(firing.items())})


def _list(names: Iterable[str]) -> str:
    return json.dumps(sorted(names))


def _strength(firing: Firing) -> int:
    """Return how strong the strongest signal is; 0 where none fires."""
    order = [*reversed(Signal)]
    return max((order.index(signal) + 1 for signal in firing.values()), default=0)
