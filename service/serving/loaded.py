"""One loaded bundle: turns rows into predictions with ids, and counts them."""

import asyncio
import math
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import cast

import numpy as np

from perennial import bundle
from perennial.bundle import MODEL, Bundle
from perennial.bundle.predictor import Floats32, Predictor
from perennial.errors import BundleRejected
from perennial.kinds.output_kind import Answer
from perennial.plural import plural
from perennial.signals import Rows
from service.counting.counters import Counters
from service.serving.batcher import Batcher
from service.serving.trial import Limits, try_out
from service.settings import Settings

ID_DIGITS = 32
TIME_DIGITS = 12
STAMP = f"%0{TIME_DIGITS}x"
IDS_AT_ONCE = 200
# How often a full batch is timed; the fastest run counts.
TRIES = 5


@dataclass(frozen=True)
class Loaded:
    """A bundle that passed every check; `batch_seconds` is the duration of a full batch."""

    bundle: Bundle
    predictor: Predictor
    batch_seconds: float


def load(path: Path, *, threads: int, batch_rows: int, limits: Limits | None = None) -> Loaded:
    """Verify and warm up a bundle; slow, so never call it on the event loop.

    limits: of a trial in a process of its own before any file is read here; None for no trial.
    Raises BundleRejected.
    """
    if limits is not None:
        try_out(path, limits, threads=threads, batch_rows=batch_rows)
    verified = bundle.load(path)
    predictor = Predictor(verified, threads=threads)
    rows = np.repeat(predictor.test_row, batch_rows, axis=0)
    tries = []
    for _ in range(TRIES):
        started = perf_counter()
        _check_batch(predictor, rows)
        tries.append(perf_counter() - started)
    return Loaded(verified, predictor, min(tries))


def loader(settings: Settings) -> Callable[[Path], Loaded]:
    """Return what loads bundles for a service with these settings, and for its check."""
    seconds, size = settings.trial_seconds, settings.trial_bytes
    return partial(
        load,
        threads=settings.inference_threads,
        batch_rows=settings.max_batch_rows,
        limits=Limits(seconds, size) if seconds else None,
    )


def _check_batch(predictor: Predictor, rows: Rows) -> None:
    """Predict equal rows at once, which a batch does, or raise BundleRejected."""
    try:
        found = predictor.predict(rows)
    except Exception as error:  # ONNX Runtime raises unrelated classes here
        problem = f"cannot predict {plural(len(rows), 'row')} at once: {error}"
        raise BundleRejected(MODEL, problem, reason="model") from error
    if len(found) != len(rows):
        problem = f"returns {plural(len(found), 'row')} for {len(rows)}"
        raise BundleRejected(MODEL, problem, reason="model")


class Serving:
    """A loaded bundle with its batcher and counters; create it on the event loop that uses it."""

    def __init__(
        self,
        loaded: Loaded,
        counters: Counters,
        *,
        max_rows: int,
        executor: Executor | None,
        ids: Callable[[int], list[str]],
    ) -> None:
        self.bundle = loaded.bundle
        self.model = loaded.bundle.manifest.task
        self.version = loaded.bundle.manifest.version
        self.input = loaded.bundle.manifest.input
        self.output = loaded.bundle.manifest.output
        # No reference cycle to self: once frozen, it would never free the model's memory.
        finish = _Finish(loaded.bundle, counters, ids)
        batcher = Batcher(loaded.predictor.predict, finish, max_rows=max_rows, executor=executor)
        self.predict = batcher.submit
        self._predictor, self._counters = loaded.predictor, counters

    async def sound(self) -> bool:
        """Return whether the model still answers its self-test row."""
        try:
            await asyncio.to_thread(self._predictor.predict, self._predictor.test_row)
        except Exception:  # ONNX Runtime raises unrelated classes
            return False
        return True

    def count_unanswered(self, rows: Rows) -> None:
        """Count rows that the model failed on: their signals may show what is new in them."""
        values = np.full((len(rows), self.output.width), np.nan, np.float32)
        self._counters.add(rows, values, seconds=0.0)


class _Finish:
    """Turns the values of a batch into predictions with ids, and counts them."""

    def __init__(self, bundle: Bundle, counters: Counters, ids: Callable[[int], list[str]]) -> None:
        self._answers = bundle.manifest.output.answers
        self._version = bundle.manifest.version
        self._counters = counters
        self._ids = ids

    def __call__(self, rows: Rows, values: Floats32, seconds: float) -> list[Answer | None]:
        """Return the answer of each row, None where the model's values are no numbers."""
        answers, version = self._answers(values), self._version
        self._counters.add(rows, values, seconds=seconds)
        # If the sum of squares is finite, every value is.
        if not math.isfinite(np.vdot(values, values)):
            return self._finite(answers, values)
        for answer, prediction_id in zip(answers, self._ids(len(rows)), strict=True):
            answer["prediction_id"] = prediction_id
            answer["model_version"] = version
        return cast(list[Answer | None], answers)

    def _finite(self, answers: list[Answer], values: Floats32) -> list[Answer | None]:
        known = np.logical_and.reduce(np.isfinite(values), axis=1).tolist()
        rest = zip(answers, known, self._ids(len(answers)), strict=True)
        return [
            {**answer, "prediction_id": number, "model_version": self._version} if right else None
            for answer, right, number in rest
        ]


class PredictionIds:
    """Makes ids of 32 hex digits: the time comes first, so that an index grows at its end.

    The rest is random, read from the system for many ids at once; for one thread.
    """

    def __init__(self) -> None:
        self._text, self._used = "", 0

    def __call__(self, count: int) -> list[str]:
        """Return so many ids."""
        digits = ID_DIGITS - TIME_DIGITS
        start, end = self._used, self._used + count * digits
        if end > len(self._text):
            self._text = os.urandom(max(count, IDS_AT_ONCE) * digits // 2).hex()
            start, end = 0, count * digits
        self._used, text = end, self._text
        stamp = STAMP % (time.time_ns() // 1_000_000)
        return [stamp + text[place : place + digits] for place in range(start, end, digits)]
