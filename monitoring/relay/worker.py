"""One thread that decides on incidents, starts their pipelines and follows them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitoring.relay.attempts import PipelineAttempt
from monitoring.relay.decider import Decider
from monitoring.relay.errors import Unconfirmed
from monitoring.relay.exporter import Counters
from monitoring.relay.incidents import Incident
from monitoring.relay.starter import LIMIT, Starter, problem_of
from monitoring.relay.store import Store
from perennial.database import unreachable

# How long the end waits for an answer of GitLab's.
LAST_SECONDS = 3.0
Item = TypeVar("Item")
log = structlog.get_logger()


class Worker:
    """All it knows is in the store, so it may die at any point."""

    def __init__(
        self,
        store: Store,
        *,
        models: tuple[str, ...],
        decider: Decider,
        starter: Starter,
        counters: Counters,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._models = models
        self._decider = decider
        self._starter = starter
        self._patience = starter.patience
        self._counters = counters
        self._clock = clock
        self._wake = Event()
        self._stopped = False
        self._thread = Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin to work, with whatever a former process left waiting."""
        self._thread.start()

    def stop(self) -> None:
        """End after the work in hand, or soon: it may be cut off at any point."""
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
        """Decide, start and ask what is due; return the seconds to sleep."""
        self._each(self._models, self._count)
        with self._store.transaction() as ledger:
            incidents = ledger.incidents.due(self._clock(), longest=self._longest)
        self._each(incidents, self._decide)
        with self._store.transaction() as ledger:
            now = self._clock()
            attempts = ledger.attempts.due(now, longest=self._longest)
            polls = ledger.attempts.due_polls(now, longest=self._longest)
        self._each(attempts, self._start)
        self._each(polls, self._poll)
        with self._store.transaction() as ledger:
            planned = (ledger.attempts.next_due(), ledger.incidents.next_due())
        poll = self._patience.poll
        left = [(due - self._clock()).total_seconds() for due in planned if due is not None]
        return min(max(min(left, default=poll), 0.0), poll)

    @property
    def _longest(self) -> timedelta:
        return max(self._patience.longest, self._decider.look)

    def _each(self, items: Sequence[Item], work: Callable[[Item], None]) -> None:
        for item in items:
            if self._stopped:
                break
            work(item)

    def _count(self, model: str) -> None:
        """Count a model's labels; without, its incidents are decided on later."""
        try:
            self._decider.count(model)
            self._decider.begin_by_calendar(model)
        except Unconfirmed as error:
            log.warning("labels not counted", model=model, problem=str(error))

    def _decide(self, incident: Incident) -> None:
        with self._isolated(incident.model, incident.id) as trouble:
            self._decider.decide(incident)
        if trouble:
            with self._store.transaction() as ledger:
                ledger.incidents.look_at(incident.id, self._later())

    def _start(self, attempt: PipelineAttempt) -> None:
        self._work(self._starter.start, attempt)

    def _poll(self, attempt: PipelineAttempt) -> None:
        self._work(self._starter.poll, attempt)

    def _work(self, work: Callable[[PipelineAttempt], None], attempt: PipelineAttempt) -> None:
        with self._isolated(attempt.model, attempt.incident) as trouble:
            work(attempt)
        if trouble:
            rest = self._later()
            with self._store.transaction() as ledger:
                ledger.attempts.update(attempt, next_attempt_at=rest, next_poll_at=rest)

    def _later(self) -> datetime:
        return self._clock() + timedelta(seconds=self._patience.settle)

    @contextmanager
    def _isolated(self, model: str, incident: str) -> Iterator[list[str]]:
        """Work on one incident; its trouble is its own, but without a database nothing goes on.

        Gives a list that has the problem, if there was one.
        """
        trouble: list[str] = []
        try:
            yield trouble
        except Exception as error:
            if unreachable(error):
                raise
            self._counters.trigger_error(model)
            trouble.append(problem_of(error))
            log.error("incident not written", incident=incident, problem=trouble[0])

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
