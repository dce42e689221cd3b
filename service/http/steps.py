"""A coroutine that runs at once up to its first wait, without a task.

A task costs a short request more than reading its JSON does: asyncio starts it in the loop's next
iteration, and keeps a weak reference to it in a set that is written in Python. From Python 3.12 on,
asyncio's eager tasks do the same.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Steps:
    """Runs a coroutine from one wait for a future to the next; it must not ask for its task.

    ended: called with this object once the coroutine has ended, however it ends.
    """

    def __init__(
        self, coroutine: Coroutine[Any, None, None], ended: "Callable[[Steps], None]"
    ) -> None:
        self._coroutine = coroutine
        self._ended = ended
        self._future: asyncio.Future[Any] | None = None

    def go_on(self, _: object = None) -> None:
        """Run up to the next wait, or to the end."""
        try:
            future = self._coroutine.send(None)
        except StopIteration:
            self._ended(self)
        except BaseException:
            self._ended(self)
            raise
        else:
            self._future = future
            future._asyncio_future_blocking = False
            future.add_done_callback(self.go_on)

    def cancel(self, msg: str | None = None) -> bool:
        """Cancel what the coroutine waits for; return whether it was still to come."""
        return self._future is not None and self._future.cancel(msg)
