"""Tasks that run in order after a request has been answered."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

log = structlog.get_logger()


class Background:
    """One thread that runs tasks in the order of submission."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="background")

    def submit(self, task: Callable[[], object]) -> None:
        """Run a task soon; a failure is logged."""
        self._pool.submit(task).add_done_callback(_report)

    def drain(self) -> None:
        """Wait until every submitted task is done."""
        self._pool.submit(lambda: None).result()

    def stop(self) -> None:
        """Wait for the running task and drop the others."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _report(future: Future[object]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        log.error("background task broke", error=repr(error), exc_info=error)
