"""How a reason words times and durations."""

from datetime import datetime

from perennial.plural import plural

UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def time_in_words(at: datetime) -> str:
    """Return a time, to the second.

    >>> time_in_words(datetime(2026, 11, 1, 12))
    '2026-11-01 12:00:00 UTC'
    """
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def about(seconds: float) -> str:
    """Return a duration in one unit.

    >>> about(10_000), about(60), about(0.2)
    ('3 hours', '1 minute', '1 second')
    """
    for name, length in UNITS:
        if seconds >= length or length == 1:
            return plural(max(round(seconds / length), 1), name)
    raise AssertionError("a second is the last unit")
