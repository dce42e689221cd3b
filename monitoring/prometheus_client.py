"""Questions to a Prometheus over HTTP: at one moment, or over a span."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from itertools import pairwise
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from monitoring.errors import PrometheusFailed

PATIENCE = 60.0
# Of an error's text, which repeats the whole question where that does not parse.
LONGEST = 500


@dataclass(frozen=True)
class Series:
    """One series: its labels, its values over time, and its name where a legend gave one."""

    labels: Mapping[str, str]
    times: Sequence[float]
    values: Sequence[float]
    name: str = ""

    @property
    def last(self) -> float:
        """The latest value."""
        return self.values[-1]

    def stretches(self, gap: float) -> list[tuple[float, float]]:
        """Return when it was there and not 0, as first and last moments; gap: longest inside.

        >>> Series({}, [0, 1, 2, 8, 9], [1, 1, 0, 1, 1]).stretches(gap=2)
        [(0, 1), (8, 9)]
        """
        seen = [when for when, value in zip(self.times, self.values, strict=True) if value]
        breaks = [(a, b) for a, b in pairwise(seen) if b - a > gap]
        begun = [*seen[:1], *(b for _, b in breaks)]
        ended = [*(a for a, _ in breaks), *seen[-1:]]
        return list(zip(begun, ended, strict=True))


@dataclass(frozen=True)
class Prometheus:
    """Answers PromQL; url: where it listens, with http:// or https://."""

    url: str

    def at(self, expr: str, when: float) -> list[Series]:
        """Return every series at one moment, in seconds since 1970. Raises PrometheusFailed."""
        found = self._get("query", query=expr, time=when)
        return [_series(row["metric"], [row["value"]]) for row in found]

    def over(self, expr: str, start: float, end: float, *, step: float) -> list[Series]:
        """Return every series over a span, gaps left out. Raises PrometheusFailed.

        start, end: seconds since 1970.  step: seconds between two points.
        """
        found = self._get("query_range", query=expr, start=start, end=end, step=step)
        return [_series(row["metric"], row["values"]) for row in found]

    def _get(self, what: str, **question: object) -> list[dict[str, Any]]:
        address = f"{self.url.rstrip('/')}/api/v1/{what}?{urlencode(question)}"
        try:
            with urlopen(address, timeout=PATIENCE) as answer:
                found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        except HTTPError as error:
            raise PrometheusFailed(question["query"], _reason(error)) from error
        except (OSError, HTTPException) as error:
            raise PrometheusFailed(self.url, str(getattr(error, "reason", error))) from error
        except (ValueError, KeyError, TypeError) as error:
            raise PrometheusFailed(
                self.url, "the server at this address is not Prometheus"
            ) from error
        return found


def _series(labels: dict[str, str], points: list[list[Any]]) -> Series:
    pairs = [(float(when), float(value)) for when, value in points]
    times, values = zip(*pairs, strict=True)
    return Series(labels, times, values)


def _reason(error: HTTPError) -> str:
    """Return what Prometheus says of a question that it refused."""
    try:
        text = error.read().decode(errors="replace")
    except (OSError, HTTPException):
        text = "the rest was lost"
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return f"{error.code} {error.reason}: {text[:LONGEST]}"


def selector(**labels: str) -> str:
    """Return a selector of series that have exactly these labels.

    >>> selector(model="digits", bin='a "b"')
    '{model="digits",bin="a \\\\"b\\\\""}'
    """
    # PromQL's strings escape as JSON's do.
    pairs = (f"{name}={json.dumps(value)}" for name, value in labels.items())
    return "{" + ",".join(pairs) + "}"
