"""Starts the pipeline of each attempt, exactly once, and follows it to its end."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitoring.relay.attempts import FAILED, JUDGED, TRIGGERED, WATCHED, PipelineAttempt
from monitoring.relay.audit import AuditEntry, AuditEvent
from monitoring.relay.exporter import Counters
from monitoring.relay.gitlab import Pipeline, Pipelines
from monitoring.relay.store import Store
from monitoring.relay.words import time_in_words
from perennial.gitlab.errors import GitLabError, GitLabRefused
from perennial.plural import plural

# Maximum characters of an unexpected error's message.
LIMIT = 300
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How tries are spaced, in seconds.

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


class Starter:
    """Starts and follows pipelines; all it knows is in the store, so it may die at any point.

    A try is written down before it is made, and rests for `settle` seconds unless what became of it
    is written too. Every try first asks GitLab for a pipeline of the attempt's name, so one that an
    earlier try made unseen is adopted.
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

    @property
    def patience(self) -> Patience:
        """How its tries are spaced."""
        return self._patience

    def start(self, attempt: PipelineAttempt) -> None:
        """Start an attempt's pipeline, or find it, or plan the next try."""
        if attempt.tries >= self._patience.attempts:
            self._give_up(attempt)
            return
        claimed = self._claim(attempt)
        if claimed is None:
            return
        try:
            found = self._pipelines.find(claimed.pipeline_name)
            pipeline = found or self._pipelines.trigger(_inputs(claimed))
        except GitLabRefused as error:
            self._retry(claimed, str(error), self._backoff(claimed))
        except Exception as error:  # GitLabUnsure, or unexpected: the other incidents go on
            pause = max(self._patience.settle, self._backoff(claimed))
            self._retry(claimed, problem_of(error), pause)
        else:
            self._record(claimed, pipeline, AuditEvent.ADOPTED if found else AuditEvent.TRIGGERED)

    def _claim(self, attempt: PipelineAttempt) -> PipelineAttempt | None:
        rest = self._clock() + timedelta(seconds=self._patience.settle)
        tries = attempt.tries + 1
        with self._store.transaction() as ledger:
            if not ledger.attempts.update(attempt, tries=tries, next_attempt_at=rest):
                return None  # Another relay on the same database has it.
        return replace(attempt, tries=tries, next_attempt_at=rest)

    def _backoff(self, attempt: PipelineAttempt) -> float:
        whole = self._patience.backoff * 2.0 ** min(attempt.tries - 1, 30)
        return min(whole, self._patience.backoff_limit) * (0.5 + 0.5 * self._random())

    def _retry(self, attempt: PipelineAttempt, problem: str, pause: float) -> None:
        self._counters.trigger_error(attempt.model)
        due = self._clock() + timedelta(seconds=pause)
        which = f"try {attempt.tries} of {self._patience.attempts}"
        reason = f"{which}: {problem}; the next is at {time_in_words(due)}"
        self._write(attempt, AuditEntry(AuditEvent.RETRY, reason), next_attempt_at=due)

    def _give_up(self, attempt: PipelineAttempt) -> None:
        """Fail the attempt, unless its last, unsure try made a pipeline after all."""
        tries = plural(attempt.tries, "try", "tries")
        try:
            found = self._pipelines.find(attempt.pipeline_name)
        except Exception as error:  # the other incidents go on
            reason = f"no pipeline after {tries}; {problem_of(error)}"
        else:
            if found:
                self._record(attempt, found, AuditEvent.ADOPTED)
                return
            reason = f"no pipeline after {tries}"
        due = self._next_poll()
        self._write(attempt, AuditEntry(AuditEvent.FAILED, reason), state=FAILED, next_poll_at=due)

    def _record(self, attempt: PipelineAttempt, pipeline: Pipeline, event: AuditEvent) -> None:
        now = self._clock()
        written = self._write(
            attempt,
            AuditEntry(event, f"pipeline {pipeline.id}: {pipeline.url}"),
            state=TRIGGERED,
            triggered_at=now,
            pipeline_id=pipeline.id,
            pipeline_url=pipeline.url,
            pipeline_status=pipeline.status,
            next_poll_at=self._next_poll(),
        )
        if written:
            self._counters.triggered(attempt.model)

    def _write(self, attempt: PipelineAttempt, entry: AuditEntry, **values: object) -> bool:
        with self._store.transaction() as ledger:
            written = ledger.attempts.update(attempt, **values)
            if written:
                ledger.add_entry(
                    entry, now=self._clock(), model=attempt.model, incident=attempt.incident
                )
                if entry.event is AuditEvent.RETRY or attempt.tries > 1:
                    # Its reason says what came of the last try.
                    ledger.incidents.look_at(attempt.incident, self._clock())
        if written:
            self._counters.audited(entry.event)
            log.info(str(entry.event), incident=attempt.incident, reason=entry.reason)
        return written

    def poll(self, attempt: PipelineAttempt) -> None:
        """Ask how a pipeline goes, or whether there is one after all, and write down its end."""
        values: dict[str, object] = {"next_poll_at": self._next_poll()}
        entry = None
        try:
            if attempt.pipeline_id is not None:
                status = self._pipelines.status(attempt.pipeline_id)
                values |= {"pipeline_status": status, "silent_since": None}
                changed = status != attempt.pipeline_status or attempt.result is None
                if changed and status in JUDGED:
                    entry = self._pipelines.conclusion(attempt.pipeline_id, attempt.model)
                    values["result"] = FAILED if entry is None else entry.event.value
                    values["growth"] = None if entry is None else entry.growth
            else:
                late = self._pipelines.find(attempt.pipeline_name)
                if late is not None:
                    self._record(attempt, late, AuditEvent.ADOPTED)
                    return
        except SQLAlchemyError:
            raise
        except Exception as error:  # the other incidents go on
            self._counters.poll_error(attempt.model)
            log.warning("pipeline not polled", incident=attempt.incident, problem=problem_of(error))
            if "pipeline_status" not in values:
                values["silent_since"] = attempt.silent_since or self._clock()
            ended = values.get("pipeline_status") in JUDGED
            if ended and self._clock() >= attempt.accepted_at + WATCHED:
                values["result"] = FAILED  # nobody will know how it ended
        self._write_poll(attempt, entry, values)

    def _write_poll(
        self, attempt: PipelineAttempt, entry: AuditEntry | None, values: dict[str, object]
    ) -> None:
        """Write what a poll found; an end is told once however often a job is tried again."""
        if entry is None or entry.event.value == attempt.result:
            with self._store.transaction() as ledger:
                ledger.attempts.update(attempt, **values)
                if "result" in values:
                    ledger.incidents.look_at_all(attempt.model, self._clock())
        elif self._write(attempt, entry, **values):
            self._counters.judged(attempt.model, entry.event)
            with self._store.transaction() as ledger:
                ledger.incidents.look_at_all(attempt.model, self._clock())

    def _next_poll(self) -> datetime:
        return self._clock() + timedelta(seconds=self._patience.poll)


def problem_of(error: Exception) -> str:
    """Return an error's message; one that is not GitLab's is logged with its traceback."""
    if isinstance(error, GitLabError):
        return str(error)
    log.error("unexpected error", exc_info=error)
    return f"unexpected {type(error).__name__}: {error}"[:LIMIT]


def _inputs(attempt: PipelineAttempt) -> dict[str, str]:
    started = attempt.started_at.astimezone(UTC).isoformat(timespec="milliseconds")
    return {
        "task": attempt.model,
        "incident": attempt.id,
        "incident_started": started.replace("+00:00", "Z"),
    }
