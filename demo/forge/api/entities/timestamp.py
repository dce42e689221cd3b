"""Times as GitLab's API writes them."""

from datetime import datetime


def timestamp(value: datetime | None) -> str | None:
    """Return a UTC time, to the millisecond.

    >>> from datetime import UTC
    >>> timestamp(datetime(2026, 11, 20, 8, 30, tzinfo=UTC))
    '2026-11-20T08:30:00.000Z'
    """
    if value is None:
        return None
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
