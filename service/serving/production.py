"""Follow the `production` link: load what it names beside the traffic, then swap in one step."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Literal

from structlog.typing import FilteringBoundLogger

from perennial import bundle
from perennial.errors import BundleRejected
from service.counting.collector import Collector
from service.errors import NotReady
from service.serving.loaded import Loaded, Serving

LINK = "production"
# What the link names: the real path, and the manifest's inode and time where there is one.
Target = tuple[str, tuple[int, int] | None]


class Production:
    """The bundle that serves now, and the watcher that replaces it.

    A bundle that is refused leaves the old one serving and is not tried again until the link or the
    manifest behind it changes.
    """

    def __init__(
        self,
        folder: Path,
        *,
        load: Callable[[Path], Loaded],
        serve: Callable[[Loaded], Serving],
        collector: Collector,
        executor: Executor,
        log: FilteringBoundLogger,
    ) -> None:
        self.current: Serving | None = None
        self._link = folder / LINK
        self._load = load
        self._serve = serve
        self._collector = collector
        self._executor = executor
        self._log = log
        self._seen: Target | Literal["nothing yet"] | None = "nothing yet"

    def serving(self) -> Serving:
        """Return what serves now. Raises NotReady where nothing does."""
        if self.current is None:
            raise NotReady(f"no bundle is loaded: {self._link} must lead to one")
        return self.current

    async def watch(self, seconds: float) -> None:
        """Look at the link for ever."""
        while True:
            await self.look()
            await asyncio.sleep(seconds)

    async def look(self) -> None:
        """Load and swap if the link leads elsewhere than at the last look."""
        loop = asyncio.get_running_loop()
        target = await loop.run_in_executor(self._executor, target_of, self._link)
        if target == self._seen:
            return
        self._seen = target
        if target is None:
            self._log.warning("production_link_missing", link=str(self._link))
            return
        try:
            loaded = await loop.run_in_executor(self._executor, self._load, Path(target[0]))
        except BundleRejected as error:
            self._reject(target, error.reason, error)
        except OSError as error:  # an unreadable file, a folder removed while it was read
            self._reject(target, "missing", error)
        except Exception as error:  # no bundle, however odd, may end the watcher
            self._reject(target, "model", error)
        else:
            self._swap(loaded)

    def _reject(self, target: Target, reason: str, error: Exception) -> None:
        self._collector.rejected[reason] = self._collector.rejected.get(reason, 0) + 1
        self._log.error("bundle_rejected", path=target[0], reason=reason, error=str(error))

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


def target_of(link: Path) -> Target | None:
    """Return what the link leads to, None where there is no link."""
    if not os.path.lexists(link):
        return None
    path = os.path.realpath(link)
    try:
        manifest = os.stat(os.path.join(path, bundle.MANIFEST))
    except OSError:
        return path, None
    return path, (manifest.st_ino, manifest.st_mtime_ns)
