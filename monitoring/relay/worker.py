"""Starts the pipeline of every accepted incident, exactly once, and follows it to its end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.exporter import Counters
from monitoring.relay.gitlab import Pipeline, Pipelines
from monitoring.relay.store import ENDED, FAILED, TRIGGERED, Incident, Store
from perennial.database import unreachable
from perennial.gitlab.errors import GitLabError, GitLabRefused

# A failed pipeline may be the gate's verdict, and may go on when a person retries a job.
JUDGED = (*ENDED, "failed")
# Maximum characters of an unexpected error's message.
LIMIT = 300
# How long the end waits for an answer of GitLab's.
LAST_SECONDS = 3.0
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How attempts are spaced, in seconds.

    settle: how long an attempt with a lost answer rests before anyone looks whether it made a
    pipeline; longer than GitLab takes over a request.  backoff: before the second attempt, doubled
    each time up to `backoff_limit`, less a random part.  attempts: the most there are.
    poll: between two questions for a pipeline's status, and the longest sleep.
    """

    settle: float = 60.0
    backoff: float = 2.0
    backoff_limit: float = 300.0
    attempts: int = 20
    poll: float = 15.0

    @property
    def longest(self) -> timedelta:
        """The longest pause that the worker plans."""
        return timedelta(seconds=max(self.settle, self.backoff_limit, self.poll))


class Worker:
    """One thread that triggers and polls; all it knows is in the store, so it may die at any point.

    An attempt is written down before it is made, and rests for `settle` seconds unless its outcome
    is written too. Every attempt first asks GitLab for a pipeline of the incident's name, so one
    that an earlier attempt made unseen is adopted.
    """

    def __init__(
        self,
        store: Store,
        pipelines: Pipelines,
        *,
        patience: Patience,
        counters: Counters,
        clock: Callable[[], datetime],
        random: Callable[[], float],
    ) -> None:
        self._store = store
        self._pipelines = pipelines
        self._patience = patience
        self._counters = counters
        self._clock = clock
        self._random = random
        self._wake = Event()
        self._stopped = False
        self._thread = Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin to work, with whatever a former process left waiting."""
        self._thread.start()

    def stop(self) -> None:
        """End after the attempt in hand, or soon: it may be cut off at any point."""
        self._stopped = True
        self.wake()
        self._thread.join(LAST_SECONDS)

    def wake(self) -> None:
        """Look at the store now."""
        self._wake.set()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def step(self) -> float:
        """Make every attempt and ask every question that is due; return the seconds to sleep."""
        with self._store.transaction() as ledger:
            now, longest = self._clock(), self._patience.longest
            attempts = ledger.due(now, longest=longest)
            polls = ledger.due_polls(now, longest=longest)
        for work, due_now in ((self._attempt, attempts), (self._poll, polls)):
            for incident in due_now:
                if self._stopped:
                    break
                self._isolated(work, incident)
        with self._store.transaction() as ledger:
            due = ledger.next_due()
        left = self._patience.poll if due is None else (due - self._clock()).total_seconds()
        return min(max(left, 0.0), self._patience.poll)

    def _isolated(self, work: Callable[[Incident], None], incident: Incident) -> None:
        """Work on one incident; its trouble is its own, but without a database nothing goes on."""
        try:
            work(incident)
        except Exception as error:
            if unreachable(error):
                raise
            self._counters.trigger_error(incident.model)
            log.error("incident not written", incident=incident.id, problem=_problem(error))
            rest = self._clock() + timedelta(seconds=self._patience.settle)
            with self._store.transaction() as ledger:
                ledger.update(incident, next_attempt_at=rest, next_poll_at=rest)

    def _run(self) -> None:
        while not self._stopped:
            try:
                pause = self.step()
            except SQLAlchemyError as error:
                log.error("the store failed", error=str(error)[:LIMIT])
                pause = self._patience.backoff
            except Exception:  # without its thread the relay would accept and never start
                log.exception("unexpected error")
                pause = self._patience.poll
            self._wake.wait(pause)
            self._wake.clear()

    def _attempt(self, incident: Incident) -> None:
        if incident.attempts >= self._patience.attempts:
            self._give_up(incident)
            return
        claimed = self._claim(incident)
        if claimed is None:
            return
        try:
            found = self._pipelines.find(claimed.pipeline_name)
            pipeline = found or self._pipelines.trigger(_inputs(claimed))
        except GitLabRefused as error:
            self._retry(claimed, str(error), self._backoff(claimed))
        except Exception as error:  # GitLabUnsure, or unexpected: the other incidents go on
            pause = max(self._patience.settle, self._backoff(claimed))
            self._retry(claimed, _problem(error), pause)
        else:
            self._record(claimed, pipeline, AuditEvent.ADOPTED if found else AuditEvent.TRIGGERED)

    def _claim(self, incident: Incident) -> Incident | None:
        rest = self._clock() + timedelta(seconds=self._patience.settle)
        attempts = incident.attempts + 1
        with self._store.transaction() as ledger:
            if not ledger.update(incident, attempts=attempts, next_attempt_at=rest):
                return None  # Another relay on the same database has it.
        return Incident(**{**vars(incident), "attempts": attempts, "next_attempt_at": rest})

    def _backoff(self, incident: Incident) -> float:
        whole = self._patience.backoff * 2.0 ** min(incident.attempts - 1, 30)
        return min(whole, self._patience.backoff_limit) * (0.5 + 0.5 * self._random())

    def _retry(self, incident: Incident, problem: str, pause: float) -> None:
        self._counters.trigger_error(incident.model)
        left = self._patience.attempts - incident.attempts
        reason = f"attempt {incident.attempts}: {problem}; {left} left, next in {pause:.0f} seconds"
        due = self._clock() + timedelta(seconds=pause)
        self._write(incident, AuditEntry(AuditEvent.RETRY, reason), next_attempt_at=due)

    def _give_up(self, incident: Incident) -> None:
        """Fail the incident, unless its last, unsure attempt made a pipeline after all."""
        try:
            found = self._pipelines.find(incident.pipeline_name)
        except Exception as error:  # the other incidents go on
            reason = f"no pipeline after {incident.attempts} attempts; {_problem(error)}"
        else:
            if found:
                self._record(incident, found, AuditEvent.ADOPTED)
                return
            reason = f"no pipeline after {incident.attempts} attempts"
        due = self._next_poll()
        self._write(incident, AuditEntry(AuditEvent.FAILED, reason), state=FAILED, next_poll_at=due)

    def _record(self, incident: Incident, pipeline: Pipeline, event: AuditEvent) -> None:
        now = self._clock()
        written = self._write(
            incident,
            AuditEntry(event, f"pipeline {pipeline.id}: {pipeline.url}"),
            state=TRIGGERED,
            triggered_at=now,
            pipeline_id=pipeline.id,
            pipeline_url=pipeline.url,
            pipeline_status=pipeline.status,
            next_poll_at=self._next_poll(),
        )
        if written:
            self._counters.triggered(incident.model)

    def _write(self, incident: Incident, entry: AuditEntry, **values: object) -> bool:
        with self._store.transaction() as ledger:
            written = ledger.update(incident, **values)
            if written:
                ledger.add_entry(
                    entry, now=self._clock(), model=incident.model, incident=incident.id
                )
        if written:
            self._counters.audited(entry.event)
            log.info(str(entry.event), incident=incident.id, reason=entry.reason)
        return written

    def _poll(self, incident: Incident) -> None:
        values: dict[str, object] = {"next_poll_at": self._next_poll()}
        try:
            if incident.pipeline_id is not None:
                status = self._pipelines.status(incident.pipeline_id)
                values["pipeline_status"] = status
                if status != incident.pipeline_status and status in JUDGED:
                    self._judge(incident, incident.pipeline_id)
            else:
                late = self._pipelines.find(incident.pipeline_name)
                if late is not None:
                    self._record(incident, late, AuditEvent.ADOPTED)
                    return
        except SQLAlchemyError:
            raise
        except Exception as error:  # the other incidents go on
            self._counters.poll_error(incident.model)
            log.warning("pipeline not polled", incident=incident.id, problem=_problem(error))
        with self._store.transaction() as ledger:
            ledger.update(incident, **values)

    def _judge(self, incident: Incident, pipeline: int) -> None:
        """Write down what the gate said, once however often the pipeline is tried again."""
        entry = self._pipelines.gate_verdict(pipeline, incident.model)
        if entry is None:
            return
        with self._store.transaction() as ledger:
            known = ledger.has_event(incident.id, entry.event)
        if not known and self._write(incident, entry, next_poll_at=self._next_poll()):
            self._counters.judged(incident.model, entry.event)

    def _next_poll(self) -> datetime:
        return self._clock() + timedelta(seconds=self._patience.poll)


def _problem(error: Exception) -> str:
    """Return an error's message; one that is not GitLab's is logged with its traceback."""
    if isinstance(error, GitLabError):
        return str(error)
    log.error("unexpected error", exc_info=error)
    return f"unexpected {type(error).__name__}: {error}"[:LIMIT]


def _inputs(incident: Incident) -> dict[str, str]:
    started = incident.started_at.astimezone(UTC).isoformat(timespec="milliseconds")
    return {
        "task": incident.model,
        "incident": incident.id,
        "incident_started": started.replace("+00:00", "Z"),
    }
