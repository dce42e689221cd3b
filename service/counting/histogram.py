"""A histogram that costs a bisection per observation, exported by our own collectors."""

from bisect import bisect_left
from collections.abc import Sequence

INFINITY = "+Inf"


class Histogram:
    """Counts of values by upper bound, inclusive; written by one thread at a time, read by any.

    >>> histogram = Histogram([0.1, 1.0])
    >>> for seconds in (0.05, 0.1, 7.0):
    ...     histogram.observe(seconds)
    >>> histogram.buckets()
    [('0.1', 2.0), ('1.0', 2.0), ('+Inf', 3.0)]
    """

    __slots__ = ("_bounds", "_counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = list(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self.sum += value

    def buckets(self) -> list[tuple[str, float]]:
        """Return the cumulative counts by upper bound, as Prometheus expects them."""
        total, result = 0, []
        for bound, count in zip([*map(str, self._bounds), INFINITY], self._counts, strict=True):
            total += count
            result.append((bound, float(total)))
        return result
