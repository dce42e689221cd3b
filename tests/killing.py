"""Kill a program between any two of its steps, for tests of what survives."""

import os
import signal
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

# What counts as a step: before and after each statement, before and after each commit.
EVENTS = ("before_cursor_execute", "after_cursor_execute", "commit", "rollback", "checkin")
# More than any work has.
MOST, NEVER = 500, 10**9


class Steps:
    """Counts the steps of a process and kills it, with SIGKILL, before one of them."""

    def __init__(self, last: int) -> None:
        self._left = last

    def __call__(self, *_: object) -> None:
        """Take a step."""
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Count every statement and commit of this process."""
        for name in EVENTS:
            event.listen(Pool if name == "checkin" else Engine, name, self)


# How statements begin that change nothing: a kill before one leaves what a kill after it leaves.
READS = ("BEGIN", "SELECT", "PRAGMA", "SET ", "SHOW")


class Changes(Steps):
    """Counts only statements that write, and the ends of their transactions."""

    def __init__(self, last: int) -> None:
        super().__init__(last)
        self._writes = False

    def watch(self) -> None:
        """Count what this process writes and commits."""
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "after_cursor_execute", self._statement)
        for name in ("commit", "rollback"):
            event.listen(Engine, name, self._end)
        event.listen(Pool, "checkin", self._returned)

    def _statement(self, _: object, __: object, statement: str, *rest: object) -> None:
        if not statement.lstrip().upper().startswith(READS):
            self._writes = True
            self()

    def _end(self, *_: object) -> None:
        if self._writes:
            self()

    def _returned(self, *_: object) -> None:
        self._end()
        self._writes = False


def killed(
    work: Callable[[Steps], None], step: int, *, counted: Callable[[int], Steps] = Steps
) -> bool:
    """Run `work` in a process that is killed before a step of it; return whether it came so far.

    counted: what counts as a step.  Raises AssertionError where the work fails.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of threads
        process = os.fork()
    if not process:
        _work(work, counted(step))
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0, "the work failed; its traceback is above"
    return False


def _work(work: Callable[[Steps], None], steps: Steps) -> None:
    """Run in the new process; never return into the test."""
    code = 1
    try:
        steps.watch()
        work(steps)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


class Mark:
    """A file that says that something was acknowledged."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "acknowledged"

    def put(self) -> None:
        """Acknowledge."""
        self._path.touch()

    def take(self) -> bool:
        """Return whether it was acknowledged, and forget it."""
        found = self._path.exists()
        self._path.unlink(missing_ok=True)
        return found
