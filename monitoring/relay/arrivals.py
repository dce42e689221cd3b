"""How many labels have come, and how late, from the service's histogram of their delay.

The relay reads the counters themselves and adds up what they grew by, since a rate over windows
would miss a delivery of labels that falls between two windows.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitoring.relay.prometheus import PROBLEMS, Prometheus, quoted, unconfirmed
from perennial.metric_names.service import FEEDBACK_DELAY, FEEDBACK_DELAY_BOUNDS

BUCKET = f"{FEEDBACK_DELAY.name}_bucket"
DAY_SECONDS = 86400
EXPECTED = "the counters of labels"
# The share of labels that may come sooner than they are said to.
SOONEST = 0.1
# How far back one looks for so many labels, to say how late they come.
RECENT, ENOUGH = (timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=1)), 30
# Of replicas that may never come back.
MOST_SERIES = 1000

# Of each series but for the bucket: the labels that came, by the bucket's upper bound.
Readings = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Seen:
    """What Prometheus says of a model's labels; a_second: over the last day."""

    readings: Readings
    a_second: float


class Arrivals(Protocol):
    """What counts labels."""

    def seen(self, model: str) -> Seen | None:
        """Return the counters of a model, None where there are none. Raises Unconfirmed."""

    def late(self, model: str, *, within: timedelta) -> timedelta:
        """Return how late a model's labels came lately, at least. Raises Unconfirmed."""


class PrometheusArrivals:
    """The counters that Prometheus scraped last."""

    def __init__(self, prometheus: Prometheus) -> None:
        self._prometheus = prometheus

    def seen(self, model: str) -> Seen | None:
        """Return the counters of a model, None where there are none. Raises Unconfirmed."""
        chosen = f"{{model={quoted(model)}}}"
        day = f"sum(increase({FEEDBACK_DELAY.name}_count{chosen}[{DAY_SECONDS}s]))"
        try:
            readings: Readings = {}
            for series in self._prometheus.query(f"{BUCKET}{chosen}"):
                named = dict(series["metric"])
                bound = named.pop("le")
                name = " ".join(f"{key}={named[key]}" for key in sorted(named))
                readings.setdefault(name, {})[bound] = float(series["value"][1])
            rate = [float(series["value"][1]) for series in self._prometheus.query(day)]
        except PROBLEMS as error:
            raise unconfirmed(error, EXPECTED) from error
        return Seen(readings, sum(rate) / DAY_SECONDS) if readings else None

    def late(self, model: str, *, within: timedelta) -> timedelta:
        """Return how late the last labels came, at least; none where none came.

        They are those of the shortest of RECENT in which ENOUGH came, or of `within`: how late
        labels come may have changed with what they say. Raises Unconfirmed.
        """
        recent = [span for span in RECENT if span < within]
        for span in (*recent, within):
            labels, mean, soonest = self._delays(model, span)
            if labels >= ENOUGH:
                break
        return timedelta(seconds=lateness(mean, soonest)) if labels > 0 else timedelta()

    def _delays(self, model: str, span: timedelta) -> tuple[float, float, float]:
        """Return how many labels came in a time, their mean delay, and that of the first tenth."""
        name = FEEDBACK_DELAY.name
        lately = f"{{model={quoted(model)}}}[{span.total_seconds():.0f}s]"
        count, total = (f"sum(increase({name}_{part}{lately}))" for part in ("count", "sum"))
        soonest = f"histogram_quantile({SOONEST}, sum by (le) (increase({BUCKET}{lately})))"
        try:
            found = [
                float(series["value"][1])
                for query in (count, total, soonest)
                for series in self._prometheus.query(query)
            ]
        except PROBLEMS as error:
            raise unconfirmed(error, EXPECTED) from error
        if len(found) < 3 or not all(map(math.isfinite, found)) or not found[0]:
            return 0.0, 0.0, 0.0
        return found[0], found[1] / found[0], found[2]


def lateness(mean: float, soonest: float) -> float:
    """Return how late labels come, in seconds, so that few come sooner.

    mean: of all.  soonest: by when the first tenth has come, which is known by its bucket. Where
    the mean is in that bucket, nearly all are that late, and it says it exactly.

    >>> hour, day = 3600.0, 86400.0
    >>> lateness(40 * hour, soonest=1.1 * day) / hour, lateness(40 * hour, soonest=20.0)
    (40.0, 20.0)
    """
    bucket = next((bound for bound in FEEDBACK_DELAY_BOUNDS if bound > soonest), math.inf)
    return mean if mean <= bucket else soonest


def grown(before: Readings, after: Readings) -> dict[float, float]:
    """Return how many labels came between two readings, by the upper bound of their delay.

    A counter that fell began anew at 0, and so did a series that was not there; but where none is
    there any more, they have other names now, and nothing is known to have come.

    >>> grown({"a": {"60.0": 3, "+Inf": 4}}, {"a": {"60.0": 5, "+Inf": 9}, "b": {"60.0": 1}})
    {60.0: 3.0, inf: 3.0}
    """
    found: dict[float, float] = {}
    if before and not before.keys() & after.keys():
        return found
    for name, now in after.items():
        then, below = before.get(name, {}), 0.0
        fell = any(value < then.get(bound, 0.0) for bound, value in now.items())
        for bound in sorted(now, key=float):
            upto = now[bound] - (0.0 if fell else then.get(bound, 0.0))
            upper = math.inf if bound == "+Inf" else float(bound)
            found[upper] = found.get(upper, 0.0) + upto - below
            below = upto
    return found


def kept(before: Readings, after: Readings) -> Readings:
    """Return the readings to keep: a replica that Prometheus cannot reach may come back."""
    return {**before, **after} if len(before) < MOST_SERIES else after


def readable(
    came: Mapping[float, float], *, since: datetime, after: datetime, until: datetime
) -> float:
    """Return how many of the labels that came in a time are of predictions since another.

    came: labels by the upper bound of their delay.  Labels count as evenly spread over the time
    from `after` to `until`, and as late as the middle of their bucket. Where another relay, whose
    clock is ahead, wrote `after`, they count as having come at `until`.

    >>> came, noon = {60.0: 10.0, 7140.0: 10.0}, datetime(2026, 11, 1, 12)
    >>> hour = timedelta(hours=1)
    >>> readable(came, since=noon, after=noon + hour / 2, until=noon + hour * 1.5)
    15.0
    """
    length = (until - after).total_seconds()
    total = below = 0.0
    for bound in sorted(came):
        delay = below if math.isinf(bound) else (below + bound) / 2
        below = bound
        begin = since + timedelta(seconds=delay)
        if length > 0:
            left = (until - max(after, begin)).total_seconds()
            total += came[bound] * max(left, 0.0) / length
        elif begin <= until:
            total += came[bound]
    return total
