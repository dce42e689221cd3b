"""A store for a test, and labels given to it at the same time."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from sqlalchemy.engine import Engine
from structlog.testing import LogCapture

from perennial.kinds.output_kind import SentLabel
from service.store.queue import Store
from service.store.writes import FeedbackResult
from tests.service import fakes
from tests.service.databases import NOW, output


def make(engine: Engine, **options: Any) -> tuple[Store, LogCapture]:
    """Return a store that is not started, and its log."""
    log, capture = fakes.recording_log()
    defaults: dict[str, Any] = {
        "outputs": output,
        "queue_size": 100,
        "queue_bytes": 10_000,
        "write_seconds": 0.01,
        "feedback_seconds": 10.0,
        "clock": lambda: NOW,
    }
    return Store(engine, log=log, **{**defaults, **options}), capture


def give(store: Store, *pairs: tuple[str, SentLabel]) -> list[FeedbackResult | BaseException]:
    """Give labels at the same time and return what became of each."""

    async def main() -> list[FeedbackResult | BaseException]:
        tasks: list[Coroutine[Any, Any, FeedbackResult]] = [store.feedback(*pair) for pair in pairs]
        return await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run(main())
