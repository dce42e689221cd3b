"""Predictions that are in progress: at the service's end, and where the model fails."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import numpy as np

from perennial.errors import InferenceFailed
from perennial.kinds.output_kind import Answer
from perennial.signals import Rows
from service.http.predict import Asked, PredictEndpoint
from service.http.request_metrics import HttpMetrics
from service.serving.production import Production
from service.store.queue import Store
from service.store.writes import Observed
from tests.kinds import NUMERIC, OUTPUT
from tests.service import fakes

ANSWER = {"label": "no", "confidence": 0.5, "prediction_id": "a", "model_version": "1.0.0"}


@dataclass
class Slow:
    """A model that answers when it is told to, and that cannot count rows that it fails on."""

    model: str = "pets"
    version: str = "1.0.0"
    input: Any = NUMERIC
    output: Any = OUTPUT
    waiting: list[asyncio.Future[list[Answer]]] = field(default_factory=list)
    offered: list[Observed] = field(default_factory=list)

    def serving(self) -> "Slow":
        """Serve."""
        return self

    def predict(self, rows: Rows) -> asyncio.Future[list[Answer]]:
        """Return what will have the answers."""
        assert np.isfinite(rows).all()
        self.waiting.append(asyncio.get_running_loop().create_future())
        return self.waiting[-1]

    async def sound(self) -> bool:
        """Answer the row of the self-test."""
        return True

    def count_unanswered(self, _: Rows) -> None:
        """Fail."""
        raise ValueError("broken")

    def offer(self, observed: Observed) -> None:
        """Store, as the store does."""
        self.offered.append(observed)


Play = Callable[[Slow, PredictEndpoint], Any]


def play(folder: Path, script: Play) -> tuple[Slow, list[int], list[str]]:
    """Ask for one prediction and run a script; return the model, the statuses and the log."""
    log, capture = fakes.recording_log()
    slow, statuses = Slow(), list[int]()

    async def main() -> None:
        endpoint = PredictEndpoint(
            production=cast(Production, slow),
            store=cast(Store, slow),
            http=HttpMetrics(),
            refused=lambda status: None,
            settings=fakes.settings(folder),
            log=log,
        )
        asked = Asked(
            "POST", {}, "/predict", None, lambda *_: statuses.append(_[0]), perf_counter()
        )
        take = endpoint.expect(asked)
        assert take is not None
        take(b'{"instances": [[1, 2]]}')
        await script(slow, endpoint)

    asyncio.run(main())
    return slow, statuses, [entry["event"] for entry in capture.entries]


def test_the_end_waits_for_a_prediction_in_progress(tmp_path: Path) -> None:
    """It is stored, also where no connection is left that waits for it."""

    async def script(slow: Slow, endpoint: PredictEndpoint) -> None:
        asyncio.get_running_loop().call_later(0.05, slow.waiting[0].set_result, [ANSWER])
        await endpoint.finish(20.0)
        assert slow.offered

    slow, statuses, events = play(tmp_path, script)
    assert (len(slow.offered), statuses, events) == (1, [200], [])


def test_what_is_unanswered_at_the_end_is_logged(tmp_path: Path) -> None:
    """The end does not wait for ever."""
    slow, statuses, events = play(tmp_path, lambda _, endpoint: endpoint.finish(0.05))
    assert (slow.offered, statuses, events) == ([], [], ["predictions_unanswered"])


def test_a_failure_after_the_models_is_answered_too(tmp_path: Path) -> None:
    """Where rows cannot be counted that the model fails on, the client gets a server error."""

    async def script(slow: Slow, endpoint: PredictEndpoint) -> None:
        slow.waiting[0].set_exception(InferenceFailed("the model raised"))
        await endpoint.finish(20.0)

    slow, statuses, events = play(tmp_path, script)
    assert (slow.offered, statuses, events) == ([], [500], ["request"])
