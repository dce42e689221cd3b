"""Batch the requests of one event-loop iteration into one inference, without a timer."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from time import perf_counter
from typing import Any, Generic, TypeVar

import numpy as np

from perennial.bundle.predictor import Floats32
from perennial.errors import InferenceFailed
from perennial.signals import Rows

Result = TypeVar("Result")
Waiting = tuple[Rows, asyncio.Future[list[Result]]]


class Batcher(Generic[Result]):
    """Runs inferences one at a time; rows that arrive meanwhile form the next batch.

    Create it on the event loop that uses it.

    The first row of an idle service schedules a flush at the end of the loop iteration; rows of the
    same iteration join it. Where a batch of several requests fails, each is tried alone.

    infer: rows to the model's values, shape (rows, width).
    finish: (rows, values, seconds of the inference) to one result per row.
    max_rows: rows of one inference; a single request with more is not split.
    executor: where inferences run; None runs them on the event loop, which suits models that take
    little more than a thread switch (about 100 µs).
    """

    def __init__(
        self,
        infer: Callable[[Rows], Floats32],
        finish: Callable[[Rows, Floats32, float], list[Result]],
        *,
        max_rows: int,
        executor: Executor | None,
    ) -> None:
        self._infer = infer
        self._finish = finish
        self._max_rows = max_rows
        self._executor = executor
        # Looked up once: each lookup makes a system call (getpid, to detect a fork).
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Waiting[Result]] = []
        # Of a batch that failed.
        self._alone: deque[Waiting[Result]] = deque()
        self._busy = False

    def submit(self, rows: Rows) -> "asyncio.Future[list[Result]]":
        """Return a future of the results of `rows`; InferenceFailed where the model raises."""
        future: asyncio.Future[list[Result]] = self._loop.create_future()
        self._waiting.append((rows, future))
        if not self._busy:
            self._busy = True
            self._loop.call_soon(self._flush)
        return future

    def _flush(self) -> None:
        batch = self._take()
        rows = batch[0][0] if len(batch) == 1 else np.concatenate([rows for rows, _ in batch])
        if self._executor is not None:
            job = self._loop.run_in_executor(self._executor, self._timed, rows)
            job.add_done_callback(lambda done: self._answer(batch, rows, done.result))
        else:
            self._answer(batch, rows, lambda: self._timed(rows))

    def _take(self) -> list[Waiting[Result]]:
        if self._alone:
            return [self._alone.popleft()]
        size, end = 0, 0
        for rows, _ in self._waiting:
            size += len(rows)
            if end and size > self._max_rows:
                break
            end += 1
        batch, self._waiting = self._waiting[:end], self._waiting[end:]
        return batch

    def _timed(self, rows: Rows) -> tuple[Floats32, float]:
        started = perf_counter()
        return self._infer(rows), perf_counter() - started

    def _answer(
        self,
        batch: list[Waiting[Result]],
        rows: Rows,
        outcome: Callable[[], tuple[Floats32, float]],
    ) -> None:
        try:
            results = self._finish(rows, *outcome())
        except Exception as error:  # every request needs a response, whatever ONNX Runtime raises
            self._fail(batch, error)
        else:
            _deliver(batch, results)
        if self._alone or self._waiting:
            self._loop.call_soon(self._flush)
        else:
            self._busy = False

    def _fail(self, batch: list[Waiting[Result]], error: Exception) -> None:
        """Fail the request of a batch, or have each of several tried alone: one may be at fault."""
        if len(batch) == 1:
            _refuse(batch[0][1], error)
        else:
            self._alone.extend(batch)


def _deliver(batch: list[Waiting[Any]], results: list[Any]) -> None:
    start = 0
    for rows, future in batch:
        stop = start + len(rows)
        if not future.done():
            future.set_result(results[start:stop])
        start = stop


def _refuse(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        failure = InferenceFailed(f"the model raised {type(error).__name__}: {error}")
        failure.__cause__ = error
        future.set_exception(failure)
