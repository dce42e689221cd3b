"""The span of time that the report is on, and how Prometheus is asked about it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from monitoring.prometheus_client import Prometheus, Series
from monitoring.thresholds import seconds

POINTS = 400
# Seconds between looks at what comes and goes, such as alerts; scrapes are closer or as close.
LOOK = 60


@dataclass(frozen=True, kw_only=True)
class Span:
    """Asks about one span; since: a Prometheus duration.  end: in seconds since 1970."""

    prometheus: Prometheus
    since: str
    end: float

    @property
    def start(self) -> float:
        """When it begins."""
        return self.end - seconds(self.since)

    @property
    def look(self) -> int:
        """Whole seconds between two looks at what comes and goes."""
        return min(seconds(self.since), max(LOOK, self._step))

    @property
    def _step(self) -> int:
        return math.ceil(seconds(self.since) / POINTS)

    def increase(self, counter: str, *, by: str) -> list[Series]:
        """Return how far a counter rose, summed over replicas. Raises PrometheusFailed."""
        return self.at_end(f"sum by ({by}) (increase({counter}[{self.since}]))")

    def latest(self, gauge: str, *, by: str) -> list[Series]:
        """Return the last value of a gauge, also of what ended meanwhile. Raises PrometheusFailed.

        Replicas agree on what is asked so; the largest is taken where they do not.
        """
        return self.at_end(f"max by ({by}) (last_over_time({gauge}[{self.since}]))")

    def at_end(self, expr: str) -> list[Series]:
        """Return an expression's series at the end of the span. Raises PrometheusFailed."""
        return self.prometheus.at(expr, self.end)

    def history(self, expr: str, *, step: int | None = None) -> list[Series]:
        """Return an expression's series over the span, to its end. Raises PrometheusFailed."""
        wide = step or self._step
        start = self.end - seconds(self.since) // wide * wide
        return self.prometheus.over(expr, start, self.end, step=wide)

    def stretches(self, series: str, *, by: str) -> Iterator[tuple[Series, list["Stretch"]]]:
        """Yield a series for each value of `by` with when it was there, however shortly."""
        seen = f"max by ({by}) (last_over_time({series}[{self.look}s]))"
        for one in self.history(seen, step=self.look):
            # One look that found nothing is a late scrape.
            found = one.stretches(2.5 * self.look)
            yield one, [Stretch(max(a - self.look, self.start), b, self) for a, b in found]

    def __str__(self) -> str:
        return f"{written(self.start)} to {written(self.end)} UTC"


@dataclass(frozen=True)
class Stretch:
    """A part of a span, known to a look."""

    start: float
    end: float
    span: Span

    @property
    def whole(self) -> bool:
        """Whether it began with the span and lasted to its end."""
        return self._from_start and self._to_end

    @property
    def _from_start(self) -> bool:
        return self.start <= self.span.start + self.span.look

    @property
    def _to_end(self) -> bool:
        return self.end >= self.span.end - self.span.look

    def __str__(self) -> str:
        begun, ended = written(self.start), written(self.end)
        if self.whole:
            return "the whole span"
        if self._from_start:
            return f"until {ended}"
        return f"since {begun}" if self._to_end else f"{begun} to {ended}"


def written(when: float) -> str:
    """Return a moment in UTC to the minute.

    >>> written(0)
    '1970-01-01 00:00'
    """
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%d %H:%M")
