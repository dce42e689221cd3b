"""The attempts of incidents, one pipeline each, as the store keeps them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from monitoring.relay.attempt_result import AttemptResult
from monitoring.relay.policy import Attempt, Signal
from monitoring.relay.tables import attempts

WAITING, TRIGGERED, FAILED = "waiting", "triggered", "failed"
# GitLab's statuses after which a pipeline stays as it is; a failed one may be retried by a person.
CANCELED = "canceled"
ENDED = ("success", CANCELED, "skipped")
# A failed pipeline may be the gate's verdict, and may go on when a person retries a job.
JUDGED = (*ENDED, "failed")
# How long an ended pipeline is followed, and one of which GitLab says nothing.
WATCHED = timedelta(days=1)
# The clocks of two relays differ by less; a time further ahead is of a clock that was once wrong.
SKEW = timedelta(hours=1)
# Tries after which GitLab counts as out of reach, and a person is told: six minutes as shipped.
UNREACHED = 8
# Attempts that a decision looks back on; they grow with the logarithm of the rows.
KNOWN = 100


def attempt_id(incident: str, number: int) -> str:
    """Return 12 hexadecimal digits that name an attempt; the first has the incident's own.

    >>> attempt_id("c5e65600f4f0", 1), attempt_id("c5e65600f4f0", 2)
    ('c5e65600f4f0', 'ac2ad0e8ab97')
    """
    if number == 1:
        return incident
    return hashlib.sha256(f"{incident} {number}".encode()).hexdigest()[:12]


@dataclass(frozen=True)
class PipelineAttempt:
    """One attempt of an incident.

    id: the pipeline's input `incident`.  started_at: of the incident.  arrived: labels of the
    model, counted from when the relay first counted them.
    """

    id: str
    incident: str
    number: int
    model: str
    started_at: datetime
    accepted_at: datetime
    signal: str
    rows: float | None
    arrived: float | None
    result: str | None
    growth: float | None
    state: str
    tries: int
    next_attempt_at: datetime
    pipeline_id: int | None
    pipeline_url: str | None
    pipeline_status: str | None
    triggered_at: datetime | None
    next_poll_at: datetime | None
    silent_since: datetime | None

    @property
    def pipeline_name(self) -> str:
        """The name that the pipeline gives itself: see workflow:name in .gitlab-ci.yml."""
        return f"retrain {self.model} {self.id}"

    @property
    def status(self) -> str:
        """GitLab's status, or what it is before there is a pipeline.

        After a pipeline that `collect` refused, the incident waits for more labels.
        """
        if self.result == AttemptResult.TOO_FEW:
            return "waiting"
        if self.state == TRIGGERED:
            return self.pipeline_status or "created"
        out_of_reach = self.state == FAILED or self.tries > UNREACHED
        return "untriggered" if out_of_reach else "waiting"

    def runs(self, now: datetime) -> bool:
        """Return whether its end is still to come, or to be read.

        It is taken for ended where GitLab was asked for a day and did not say how it goes.
        """
        if self.state != TRIGGERED:
            return self.state == WAITING
        if self.pipeline_status in JUDGED:
            return self.result is None
        return self.silent_since is None or now < self.silent_since + WATCHED

    def outcome(self, now: datetime) -> AttemptResult | None:
        """Return how it ended, None while it runs."""
        if self.runs(now):
            return None
        result = AttemptResult(self.result or AttemptResult.FAILED)
        canceled = result is AttemptResult.FAILED and self.pipeline_status == CANCELED
        return AttemptResult.CANCELED if canceled else result

    def for_policy(self, now: datetime, *, arrived: float | None) -> Attempt:
        """Return what the policy decides from; arrived: labels of the model by now."""
        new = None if arrived is None or self.arrived is None else arrived - self.arrived
        return Attempt(
            at=self.accepted_at,
            signal=Signal(self.signal),
            rows=self.rows,
            result=self.outcome(now),
            growth=self.growth,
            new=new,
        )


class Attempts:
    """Reads and writes attempts within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        incident: str,
        *,
        model: str,
        started_at: datetime,
        signal: Signal,
        rows: float | None,
        arrived: float | None,
        now: datetime,
    ) -> PipelineAttempt:
        """Begin an incident's next attempt: it waits for its pipeline from now on."""
        mine = attempts.c.incident == incident
        count = select(func.count()).select_from(attempts).where(mine)
        number = int(self._connection.execute(count).scalar_one()) + 1
        row = {
            "id": attempt_id(incident, number),
            "incident": incident,
            "number": number,
            "model": model,
            "started_at": started_at,
            "accepted_at": now,
            "signal": signal.value,
            "rows": rows,
            "arrived": arrived,
            "state": WAITING,
            "tries": 0,
            "next_attempt_at": now,
        }
        self._connection.execute(insert(attempts).values(row))
        return self._read(select(attempts).where(attempts.c.id == row["id"]))[0]

    def update(self, attempt: PipelineAttempt, **values: Any) -> bool:
        """Change an attempt if nobody else did since it was read, and return whether."""
        unchanged = and_(
            attempts.c.id == attempt.id,
            attempts.c.state == attempt.state,
            attempts.c.tries == attempt.tries,
            attempts.c.pipeline_status.is_not_distinct_from(attempt.pipeline_status),
            attempts.c.result.is_not_distinct_from(attempt.result),
        )
        result = self._connection.execute(update(attempts).where(unchanged).values(values))
        return result.rowcount == 1

    def due(self, now: datetime, *, longest: timedelta) -> list[PipelineAttempt]:
        """Return those whose next try is due, oldest first.

        longest: the longest pause between two tries.
        """
        ready = and_(attempts.c.state == WAITING, due(attempts.c.next_attempt_at, now, longest))
        return self._read(select(attempts).where(ready).order_by(attempts.c.accepted_at))

    def due_polls(self, now: datetime, *, longest: timedelta) -> list[PipelineAttempt]:
        """Return those to ask GitLab about.

        Those whose pipeline runs, or whose end is not known; and of the last day, those whose
        pipeline may be retried, and those that failed to get one: a person may have started it, or
        GitLab may have after all.
        """
        lately = attempts.c.accepted_at > now - WATCHED
        runs = attempts.c.pipeline_status.not_in(JUDGED)
        unknown = and_(attempts.c.pipeline_status.in_(JUDGED), attempts.c.result.is_(None))
        retried = and_(attempts.c.pipeline_status.not_in(ENDED), lately)
        ready = and_(
            or_(
                and_(attempts.c.state == TRIGGERED, or_(runs, unknown, retried)),
                and_(attempts.c.state == FAILED, lately),
            ),
            due(attempts.c.next_poll_at, now, longest),
        )
        return self._read(select(attempts).where(ready).order_by(attempts.c.accepted_at))

    def next_due(self) -> datetime | None:
        """Return when the next try is due, None if nothing waits."""
        next_try = select(func.min(attempts.c.next_attempt_at)).where(attempts.c.state == WAITING)
        found: datetime | None = self._connection.execute(next_try).scalar()
        return found

    def of_model(self, model: str) -> list[PipelineAttempt]:
        """Return a model's latest attempts, oldest first."""
        mine = select(attempts).where(attempts.c.model == model)
        newest = self._read(mine.order_by(attempts.c.accepted_at.desc()).limit(KNOWN))
        return newest[::-1]

    def latest(self, model: str) -> PipelineAttempt | None:
        """Return a model's latest attempt."""
        found = self.of_model(model)
        return found[-1] if found else None

    def last_promoted(self, model: str) -> PipelineAttempt | None:
        """Return a model's latest attempt that made a better model."""
        found = [one for one in self.of_model(model) if one.result == AttemptResult.PROMOTE]
        return found[-1] if found else None

    def waiting(self, model: str) -> int:
        """Return how many attempts of a model wait for their pipeline."""
        mine = and_(attempts.c.model == model, attempts.c.state == WAITING)
        count = select(func.count()).select_from(attempts).where(mine)
        return int(self._connection.execute(count).scalar_one())

    def last_trigger(self, model: str) -> datetime | None:
        """Return when a pipeline of a model was last started or adopted."""
        last = select(func.max(attempts.c.triggered_at)).where(attempts.c.model == model)
        found: datetime | None = self._connection.execute(last).scalar()
        return found

    def rows(self, incidents: list[str]) -> list[dict[str, Any]]:
        """Return the attempts of some incidents, oldest first, as the audit shows them."""
        mine = select(attempts).where(attempts.c.incident.in_(incidents))
        ordered = mine.order_by(attempts.c.accepted_at, attempts.c.number)
        return [dict(row._mapping) for row in self._connection.execute(ordered)]

    def _read(self, query: Any) -> list[PipelineAttempt]:
        names = PipelineAttempt.__dataclass_fields__
        rows = self._connection.execute(query)
        return [PipelineAttempt(**{name: row._mapping[name] for name in names}) for row in rows]


def due(column: Any, now: datetime, longest: timedelta) -> Any:
    """Return whether a planned time has come, or is of a clock that was once wrong."""
    return or_(column <= now, column > now + longest + SKEW)
