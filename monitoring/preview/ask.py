"""Questions to Prometheus as a dashboard asks them: at its end, or over its span."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from monitoring.grafana.variables import substitute
from monitoring.prometheus_client import Prometheus, Series

POINTS = 240


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Asks one Prometheus about one span of time.

    url: Prometheus.  end: seconds since 1970.  span: seconds.  values: of the variables.
    cut: whether there are no data of a dashboard's own, longer span.
    """

    url: str
    end: float
    span: float
    values: Mapping[str, str]
    cut: bool = False

    @property
    def start(self) -> float:
        """When the span begins."""
        return self.end - self.span

    @property
    def step(self) -> float:
        """Seconds between two points."""
        return max(1.0, self.span / POINTS)

    def now(self, expr: str, legend: str = "") -> list[Series]:
        """Return every series at the end of the span. Raises PrometheusFailed."""
        found = Prometheus(self.url).at(self._filled(expr), self.end)
        return _with_names(found, legend)

    def over(self, expr: str, legend: str = "") -> list[Series]:
        """Return every series over the span, gaps left out. Raises PrometheusFailed."""
        asked = Prometheus(self.url)
        found = asked.over(self._filled(expr), self.start, self.end, step=self.step)
        return _with_names(found, legend)

    def beginning(self, expr: str) -> float:
        """Return when the first series was there in the span, to a step of a step."""
        first = self._first(expr)
        if first <= self.start:
            return self.start
        return replace(self, end=first, span=self.step)._first(expr)

    def _first(self, expr: str) -> float:
        return min((one.times[0] for one in self.over(expr)), default=self.end)

    def _filled(self, expr: str) -> str:
        return substitute(expr, **self.values)


def _with_names(found: Sequence[Series], legend: str) -> list[Series]:
    return [replace(one, name=named(legend, one.labels)) for one in found]


def named(legend: str, labels: Mapping[str, str]) -> str:
    """Return a legend with its labels filled in, as Grafana does.

    >>> named("{{model}} {{version}}", {"model": "digits", "version": "1.0.0"})
    'digits 1.0.0'
    """
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), legend)


def finite(series: Sequence[Series]) -> list[Series]:
    """Return the series whose latest value is a number."""
    return [one for one in series if math.isfinite(one.last)]
