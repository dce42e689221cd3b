"""A limit on how many requests a second one sender may make."""

import time
from collections.abc import Callable


class RateLimit:
    """Spaces requests evenly, and lets one second's worth of them come at once.

    per_second: requests that one sender may make, such as 1000.  clock: seconds that only rise.
    Source: the generic cell rate algorithm, ITU-T I.371, annex A.

    >>> limit = RateLimit(2, clock=lambda: 100.0)
    >>> [limit.wait("shop") for _ in range(4)]
    [0.0, 0.0, 0.0, 0.5]
    """

    def __init__(self, per_second: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1 / per_second
        self._clock = clock
        self._due: dict[str, float] = {}

    def wait(self, sender: str) -> float:
        """Count a request and return 0, or return the seconds until one would be accepted."""
        now = self._clock()
        due = self._due.get(sender, now)
        if due <= now:
            self._due[sender] = now + self._interval
        elif due <= now + 1.0:
            self._due[sender] = due + self._interval
        else:
            return due - now - 1.0
        return 0.0
