"""Questions to Prometheus over HTTP, as a dashboard asks them: at its end, or over its span."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from monitoring.grafana.variables import substitute
from monitoring.preview.errors import PrometheusFailed

POINTS = 240


@dataclass(frozen=True)
class Series:
    """One series: its name by the legend, its labels, its values over time."""

    name: str
    labels: Mapping[str, str]
    times: Sequence[float]
    values: Sequence[float]

    @property
    def last(self) -> float:
        """The latest value."""
        return self.values[-1]


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Asks one Prometheus about one span of time.

    url: Prometheus.  end: seconds since 1970.  span: seconds.  values: of the variables.
    """

    url: str
    end: float
    span: float
    values: Mapping[str, str]

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
        found = self._get("query", query=self._filled(expr), time=self.end)
        return [_series(row, legend, [row["value"]]) for row in found]

    def over(self, expr: str, legend: str = "") -> list[Series]:
        """Return every series over the span, gaps left out. Raises PrometheusFailed."""
        span = {"start": self.start, "end": self.end, "step": self.step}
        found = self._get("query_range", query=self._filled(expr), **span)
        return [_series(row, legend, row["values"]) for row in found]

    def _filled(self, expr: str) -> str:
        return substitute(expr, **self.values)

    def _get(self, what: str, **question: object) -> list[dict[str, Any]]:
        address = f"{self.url.rstrip('/')}/api/v1/{what}?{urlencode(question)}"
        try:
            with urlopen(address, timeout=30) as answer:
                found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        except HTTPError as error:
            raise PrometheusFailed(question["query"], error.read().decode()) from error
        except (URLError, TimeoutError, ConnectionError, ValueError) as error:
            raise PrometheusFailed(self.url, str(error)) from error
        return found


def _series(row: dict[str, Any], legend: str, points: list[list[Any]]) -> Series:
    pairs = [(float(when), float(value)) for when, value in points]
    times, values = zip(*pairs, strict=True)
    return Series(named(legend, row["metric"]), row["metric"], times, values)


def named(legend: str, labels: Mapping[str, str]) -> str:
    """Return a legend with its labels filled in, as Grafana does.

    >>> named("{{model}} {{version}}", {"model": "digits", "version": "1.0.0"})
    'digits 1.0.0'
    """
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), legend)


def finite(series: Sequence[Series]) -> list[Series]:
    """Return the series whose latest value is a number."""
    return [one for one in series if math.isfinite(one.last)]
