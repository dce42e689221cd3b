"""Store predictions and feedback: a bounded queue in front of one writer thread."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from time import time

from sqlalchemy.engine import Engine
from sqlalchemy.exc import InternalError, OperationalError, SQLAlchemyError
from structlog.typing import FilteringBoundLogger

from perennial.database import unreachable
from perennial.errors import SchemaRefused
from perennial.kinds.output_kind import SentLabel
from service.errors import StoreUnavailable
from service.store import tables, writes
from service.store.label_source import NOBODY, LabelSource
from service.store.retention import Retention
from service.store.writes import FeedbackResult, Label, Observed, Outputs

# Labels per transaction; SQLite allows 32,766 parameters per statement.
LABELS = 5000
OVER_LIMITS = "54"  # PostgreSQL's class of errors


@dataclass(frozen=True, slots=True)
class _Feedback:
    label: Label
    answer: "Future[FeedbackResult]" = field(default_factory=Future)


class Store:
    """Queues predictions without blocking; stores feedback and waits until it is durable.

    One thread writes both, predictions first, so feedback finds its prediction even if that was
    still in the queue, and many waiting labels share one commit. While the database does not
    answer, predictions stay in the queue.

    outputs: (model, version) to its output, None where the model is unknown.
    queue_size, queue_bytes: predictions that may wait, and the bytes of their instances; more are
    dropped and counted.
    write_seconds: time between writes of predictions; feedback does not wait for it.
    feedback_seconds: time after which `feedback` raises StoreUnavailable.
    clock: Unix seconds.
    retention: how long rows are kept, by default for ever.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        outputs: Outputs,
        queue_size: int,
        queue_bytes: int,
        write_seconds: float,
        feedback_seconds: float,
        log: FilteringBoundLogger,
        clock: Callable[[], float] = time,
        retention: Retention | None = None,
    ) -> None:
        self._engine = engine
        self._outputs = outputs
        self._queue_size = queue_size
        self._queue_bytes = queue_bytes
        self._write_seconds = write_seconds
        self._feedback_seconds = feedback_seconds
        self._log = log
        self._clock = clock
        self._retention = retention or Retention()
        self._observed: deque[Observed] = deque()
        self._feedback: deque[_Feedback] = deque()
        self._offered = 0
        self._taken = 0
        self._offered_bytes = 0
        self._taken_bytes = 0
        self._full = 0
        self._failed = 0
        self._away = False
        self._created = False
        self._creating = threading.Lock()
        self._closing = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._work, name="store", daemon=True)

    @property
    def queued(self) -> int:
        """Predictions waiting in the queue."""
        return self._offered - self._taken

    @property
    def dropped(self) -> int:
        """Predictions returned but not stored: the queue was full, or the database refused them."""
        return self._full + self._failed

    def start(self) -> None:
        """Start the writer; the database may start later."""
        self._thread.start()

    def close(self) -> None:
        """Write what is queued and stop the writer."""
        self._closing = True
        self._wake.set()
        self._thread.join()
        self._engine.dispose()

    def offer(self, observed: Observed) -> None:
        """Queue the predictions of one request, or drop and count them; event-loop thread only."""
        rows, size = len(observed.predictions), sum(map(len, observed.texts))
        waiting = self._offered_bytes - self._taken_bytes
        if self.queued + rows > self._queue_size or waiting + size > self._queue_bytes:
            self._full += rows
            return
        self._offered += rows
        self._offered_bytes += size
        self._observed.append(observed)

    async def feedback(
        self,
        prediction_id: str,
        label: SentLabel,
        *,
        source: LabelSource = NOBODY,
        created: Callable[[FeedbackResult], None] = lambda _: None,
    ) -> FeedbackResult:
        """Store one label and return once it is durable.

        created: called once for a new label, also where it was stored after the time was up: the
        client then sends it again, and is told that it is not new.
        Raises UnknownPrediction, InvalidInput for a label outside the set, FeedbackConflict for a
        second label, StoreUnavailable where the database did not store it.
        """
        item = _Feedback(Label(prediction_id, label, source))
        self._feedback.append(item)
        self._wake.set()
        waiting = asyncio.wrap_future(item.answer)
        waiting.add_done_callback(partial(_tell, created))
        try:
            return await asyncio.wait_for(asyncio.shield(waiting), self._feedback_seconds)
        except TimeoutError as error:
            item.answer.cancel()  # one that is being written stays
            text = f"the database did not answer in {self._feedback_seconds:g} s; try again"
            raise StoreUnavailable(text) from error

    def reachable(self) -> bool:
        """Return whether the database answers; blocks, so call it from a thread."""
        try:
            self._create()
            with self._engine.connect() as connection:
                connection.execute(tables.predictions.select().limit(1))
        except SchemaRefused as error:
            self._log.error("database_refused", error=str(error))
            return False
        except (SQLAlchemyError, OSError) as error:
            event = "database_unreachable" if unreachable(error) else "database_failed"
            self._log.warning(event, error=_first_line(error))
            return False
        return True

    def _work(self) -> None:
        waiting: list[Observed] = []
        while not self._closing or self._observed or self._feedback:
            self._wake.wait(self._write_seconds)
            self._wake.clear()
            # Take labels first: their predictions were queued earlier, so they are taken below.
            labels = [self._feedback.popleft() for _ in range(min(LABELS, len(self._feedback)))]
            waiting += [self._observed.popleft() for _ in range(len(self._observed))]
            if waiting:
                waiting = self._write_predictions(waiting)
            if labels and waiting:
                self._refuse(labels, "earlier predictions wait for the database")
            elif labels:
                self._write_feedback(labels)
            if self._retention.due(self._clock()):
                self._remove_old()
        if waiting and (left := self._write_predictions(waiting)):
            self._drop(left, "the service stops before the database answers")

    def _write_predictions(self, observed: list[Observed]) -> list[Observed]:
        """Write predictions and return those that wait until the database answers again."""
        waiting = self._insert_predictions(observed)
        self._taken += _rows(observed) - _rows(waiting)
        self._taken_bytes += _bytes(observed) - _bytes(waiting)
        if bool(waiting) is not self._away:
            self._away = bool(waiting)
            event = "predictions_wait" if waiting else "predictions_no_longer_wait"
            self._log.warning(event, rows=_rows(observed))
        return waiting

    def _insert_predictions(self, observed: list[Observed]) -> list[Observed]:
        try:
            self._create()
            writes.insert_predictions(self._engine, observed)
        except Exception as error:  # any error: keep the writer running and count the loss
            if _of_the_database(error):
                return observed
            if len(observed) > 1:
                each = [self._insert_predictions([request]) for request in observed]
                return [request for waiting in each for request in waiting]
            self._drop(observed, _first_line(error))
        return []

    def _drop(self, observed: list[Observed], why: str) -> None:
        rows = _rows(observed)
        self._failed += rows
        self._log.error("predictions_dropped", rows=rows, error=why)

    def _write_feedback(self, items: list[_Feedback]) -> None:
        self._insert_feedback(
            [item for item in items if item.answer.set_running_or_notify_cancel()]
        )

    def _refuse(self, items: list[_Feedback], why: str) -> None:
        """Fail labels that may be of predictions that are not stored yet."""
        _fail([item for item in items if item.answer.set_running_or_notify_cancel()], why)

    def _insert_feedback(self, waiting: list[_Feedback]) -> None:
        try:
            self._create()
            outcomes = writes.insert_feedback(
                self._engine,
                [item.label for item in waiting],
                outputs=self._outputs,
                now=self._clock(),
            )
        except Exception as error:  # any error: nothing was committed, so tell each client
            if len(waiting) > 1 and not _of_the_database(error):
                for item in waiting:
                    self._insert_feedback([item])
                return
            self._log.error("feedback_failed", rows=len(waiting), error=_first_line(error))
            _fail(waiting, f"the database refused the label ({_first_line(error)})")
            return
        for item, outcome in zip(waiting, outcomes, strict=True):
            if isinstance(outcome, FeedbackResult):
                item.answer.set_result(outcome)
            else:
                item.answer.set_exception(outcome)

    def _remove_old(self) -> None:
        try:
            self._create()
            removed = self._retention.remove(self._engine, self._clock())
        except (SQLAlchemyError, SchemaRefused, OSError) as error:
            self._log.error("retention_failed", error=_first_line(error))
            return
        if removed:
            self._log.info("predictions_removed", rows=removed)

    def _create(self) -> None:
        with self._creating:
            if not self._created:
                tables.create(self._engine)
                self._created = True


def _rows(observed: list[Observed]) -> int:
    return sum([len(request.predictions) for request in observed])


def _bytes(observed: list[Observed]) -> int:
    return sum(map(len, chain.from_iterable([request.texts for request in observed])))


def _tell(
    created: Callable[[FeedbackResult], None], answer: "asyncio.Future[FeedbackResult]"
) -> None:
    if not answer.cancelled() and answer.exception() is None and answer.result().created:
        created(answer.result())


def _fail(items: list[_Feedback], why: str) -> None:
    for item in items:
        item.answer.set_exception(StoreUnavailable(why))


def _of_the_database(error: Exception) -> bool:
    """Return whether no row is at fault: the database is away, locked, full, or of another version.

    PostgreSQL reports that it only reads as an internal error, and rows over its limits as an
    operational one.
    """
    if isinstance(error, (OperationalError, InternalError)):
        return not (getattr(error.orig, "sqlstate", None) or "").startswith(OVER_LIMITS)
    return isinstance(error, (OSError, SchemaRefused))


def _first_line(error: Exception) -> str:
    kind = "" if isinstance(error, SchemaRefused) else f"{type(error).__name__}: "
    return f"{kind}{error}".splitlines()[0]
