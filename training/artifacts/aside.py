"""A folder beside the place where its content goes, which a killed process leaves to the next."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

PREFIX = ".aside-"


@contextmanager
def aside(parent: Path) -> Iterator[Path]:
    """Yield a new folder in another, and remove it afterwards.

    Folders of dead processes are removed first: each process holds a lock on its own, which ends
    with it, however it ends.
    """
    parent.mkdir(parents=True, exist_ok=True)
    with _locked(parent):
        for left in parent.glob(f"{PREFIX}*"):
            with suppress(BlockingIOError, FileNotFoundError), _locked(left, fcntl.LOCK_NB):
                rmtree(left)
        made = Path(mkdtemp(prefix=PREFIX, dir=parent))
        held = _lock(made)
    try:
        yield made
    finally:
        rmtree(made)
        os.close(held)


@contextmanager
def _locked(folder: Path, how: int = 0) -> Iterator[None]:
    held = _lock(folder, how)
    try:
        yield
    finally:
        os.close(held)


def _lock(folder: Path, how: int = 0) -> int:
    """Return what holds the lock until it is closed. Raises BlockingIOError where `how` says so."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | how)
    except BlockingIOError:
        os.close(held)
        raise
    return held
