"""The serving bundle: load a new one in the background, then swap in one step."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Literal

from structlog.typing import FilteringBoundLogger

from perennial.errors import BundleRejected
from service.counting.collector import Collector
from service.errors import NotReady
from service.serving.loaded import Loaded, Serving
from service.serving.sources.source import Offer, Source


class _NotFetched(Exception):
    """The source was not reached while it fetched a bundle."""


class Production:
    """The serving bundle, and the watcher that replaces it.

    If a bundle is refused, the old one keeps serving. The refused bundle is not tried again until
    the source offers another one.
    """

    def __init__(
        self,
        source: Source,
        *,
        load: Callable[[Path], Loaded],
        serve: Callable[[Loaded], Serving],
        collector: Collector,
        executor: Executor,
        log: FilteringBoundLogger,
    ) -> None:
        self.current: Serving | None = None
        self._source = source
        self._load = load
        self._serve = serve
        self._collector = collector
        self._executor = executor
        self._log = log
        self._seen: Offer | Literal["nothing yet"] | None = "nothing yet"
        self._trouble = ""

    def serving(self) -> Serving:
        """Return the serving bundle. Raises NotReady where none is loaded."""
        if self.current is None:
            raise NotReady(f"no bundle is loaded: {self._source.where} must point to one")
        return self.current

    async def watch(self, seconds: float) -> None:
        """Check the source until the task is cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(seconds)

    async def look(self) -> None:
        """Load and swap if the source offers another bundle than at the last check."""
        loop = asyncio.get_running_loop()
        try:
            offer = await loop.run_in_executor(self._executor, self._source.look)
        except OSError as error:
            self._unreachable(str(error))
            return
        if offer == self._seen:
            self._trouble = ""
            return
        self._seen = offer
        if offer is None:
            self._trouble = ""
            self._log.warning("no_bundle_offered", source=self._source.where)
            return
        try:
            loaded = await loop.run_in_executor(self._executor, self._fetch, offer)
        except _NotFetched as error:  # says nothing about the bundle: fetch it again
            self._seen = "nothing yet"
            self._unreachable(str(error))
            return
        except BundleRejected as error:
            self._reject(offer, error.reason, error)
        except OSError as error:  # an unreadable file, or a folder removed while it was read
            self._reject(offer, "missing", error)
        except Exception as error:  # no bundle, however broken, may stop the watcher
            self._reject(offer, "model", error)
        else:
            self._swap(loaded)
        self._trouble = ""

    def _fetch(self, offer: Offer) -> Loaded:
        try:
            folder = self._source.fetch(offer)
        except OSError as error:
            raise _NotFetched(str(error)) from error
        return self._load(folder)

    def _unreachable(self, problem: str) -> None:
        """Log each problem once, not at every check."""
        if problem != self._trouble:
            self._trouble = problem
            self._log.error("source_unreachable", source=self._source.where, error=problem)

    def _reject(self, offer: Offer, reason: str, error: Exception) -> None:
        self._collector.rejected[reason] = self._collector.rejected.get(reason, 0) + 1
        self._log.error("bundle_rejected", path=offer.name, reason=reason, error=str(error))

    def _swap(self, loaded: Loaded) -> None:
        old = self.current
        if old is not None and old.bundle.digest == loaded.bundle.digest:
            return
        self.current = self._serve(loaded)
        self._collector.swaps += 1
        self._log.info(
            "bundle_loaded",
            model=self.current.model,
            version=self.current.version,
            digest=loaded.bundle.digest,
            replaced=old and old.version,
            batch_milliseconds=round(loaded.batch_seconds * 1000, 3),
        )
