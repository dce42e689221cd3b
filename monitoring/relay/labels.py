"""The labelled rows that an incident has, and how fast more of them come."""

from dataclasses import dataclass
from datetime import timedelta

from monitoring.relay.words import about

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Rate:
    """Labels a second.

    over: the time of which it is the mean.  counted: how long labels are counted, if under that.
    """

    a_second: float
    over: timedelta = DAY
    counted: timedelta | None = None

    def __str__(self) -> str:
        """Return how a reason names it.

        >>> str(Rate(0.1)), str(Rate(0.1, timedelta(hours=3)))
        ('the rate of the last day', 'the rate of the last 3 hours')
        >>> str(Rate(0.1, HOUR, timedelta(minutes=2)))
        'the rate of the last hour, of which 2 minutes are known'
        """
        said = f"the rate of the last {about(self.over.total_seconds()).removeprefix('1 ')}"
        if self.counted is None:
            return said
        return f"{said}, of which {about(self.counted.total_seconds())} are known"


def rate_of(*, lately: float, arrived: float, counted: timedelta) -> Rate:
    """Return how fast labels come: over the last day or since they are counted, if that is more.

    Labels that are delivered once a week flow on the other days too, and a service that is minutes
    old has had no day; but what came within minutes says nothing of less than an hour.

    lately: labels a second over the last day, counted by Prometheus.  arrived: labels that came in
    the time `counted`.

    >>> daily = {"lately": 900 / DAY.total_seconds(), "arrived": 6300, "counted": 7 * DAY}
    >>> weekly = daily | {"lately": 0.0}
    >>> young = {"lately": 3600 / DAY.total_seconds(), "arrived": 3600, "counted": HOUR / 15}
    >>> [(round(one.a_second * 3600), str(one)) for one in (rate_of(**daily), rate_of(**weekly))]
    [(38, 'the rate of the last day'), (38, 'the rate of the last 7 days')]
    >>> rate_of(**young).a_second, str(rate_of(**young))
    (1.0, 'the rate of the last hour, of which 4 minutes are known')
    """
    over = max(counted, HOUR)
    mean = arrived / over.total_seconds()
    young = counted if counted < HOUR else None
    return Rate(mean, over, young) if mean > lately else Rate(lately)


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The labelled rows that have arrived.

    rows: that `collect` would read: the incident's own, and those of the lookback before them.
    rate: of the model's labels.
    """

    rows: float
    rate: Rate
