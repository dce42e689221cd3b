"""The API keys that are valid now; their file is read again whenever it changes."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from perennial.errors import Described, InvalidField, InvalidValue
from perennial.http import key_file
from perennial.http.keys import Keys
from perennial.settings import InvalidSettings

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

WHAT_TO_DO = "a file of keys, which `python -m service.keys add` makes"


class Keyring:
    """Holds the keys of a file. If a changed file cannot be used, the keys from before stay valid.

    broken: whether that is so; the log tells it.  variable: which names the file, for messages.
    Raises InvalidSettings where the file cannot be used at the start.
    """

    def __init__(self, path: Path, *, variable: str, log: "FilteringBoundLogger") -> None:
        self._path = path
        self._log = log
        self._seen = _state(path)
        try:
            self.keys = Keys(key_file.read(path))
        except (OSError, InvalidField) as error:
            shown = Described(f"{str(path)!r} ({error})")
            refused = InvalidValue(variable, shown, WHAT_TO_DO)
            raise InvalidSettings(str(refused)) from error
        self.broken = False
        self._told = ""

    def look(self) -> None:
        """Read the file if it has changed since the last look, or could not be used then."""
        state = _state(self._path)
        if state == self._seen and not self.broken:
            return
        self._seen = state
        try:
            self.keys = Keys(key_file.read(self._path))
        except (OSError, InvalidField) as error:
            self.broken = True
            self._tell(str(error))
        else:
            self.broken, self._told = False, ""
            self._log.info("keys_read", file=str(self._path), names=sorted(self.keys.names))

    def _tell(self, problem: str) -> None:
        """Log each problem once, not at every look."""
        if problem != self._told:
            self._told = problem
            self._log.error(
                "keys_refused",
                file=str(self._path),
                error=problem,
                effect="the keys read before stay valid, revoked ones too, until it is mended",
            )

    async def watch(self, seconds: float) -> None:
        """Look every so many seconds, until cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self.look)


def _state(path: Path) -> tuple[int, ...] | None:
    """Return what changes with a file's content; None if there is no file."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size
