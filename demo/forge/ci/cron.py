"""When a cron expression runs next."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
# Least and greatest value of minute, hour, day, month and day of the week (7 is Sunday too).
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
DAYS = "sun mon tue wed thu fri sat".split()
NAMES = {
    3: {name: number for number, name in enumerate(MONTHS, start=1)},
    4: {name: number for number, name in enumerate(DAYS)},
}
# A 29th of February may be eight years away.
HORIZON_DAYS = 8 * 366


def next_time(expression: str, zone: str, *, after: datetime) -> datetime:
    """Return the first time after `after` that the expression matches, in UTC.

    Raises ValueError where the expression is invalid or never matches.

    >>> next_time("30 3 * * mon", "UTC", after=datetime(2026, 11, 20, 12, tzinfo=UTC)).isoformat()
    '2026-11-23T03:30:00+00:00'
    >>> next_time("0 3 * * *", "Europe/Berlin", after=datetime(2026, 7, 1, 12, tzinfo=UTC)).hour
    1
    """
    minutes, hours, days, months, weekdays = parse(expression)
    here = after.astimezone(time_zone(zone)).replace(second=0, microsecond=0)
    either = len(days) < 31 and len(weekdays) < 7  # cron's rule where both are restricted
    for ahead in range(HORIZON_DAYS):
        day = (here + timedelta(days=ahead)).date()
        on_day, on_weekday = day.day in days, day.isoweekday() % 7 in weekdays
        wanted = on_day or on_weekday if either else on_day and on_weekday
        if day.month not in months or not wanted:
            continue
        for hour in sorted(hours):
            for minute in sorted(minutes):
                found = datetime(
                    day.year, day.month, day.day, hour, minute, tzinfo=here.tzinfo
                ).astimezone(UTC)
                if found > after:
                    return found
    raise ValueError(f"{expression!r} never matches")


def time_zone(name: str) -> tzinfo:
    """Return a time zone; UTC needs no database of zones on the machine.

    Raises ValueError.
    """
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except ZoneInfoNotFoundError as error:
        raise ValueError(f"{name!r} is not a time zone such as Europe/Berlin") from error


def parse(expression: str) -> list[set[int]]:
    """Return the values of the five fields.

    Raises ValueError.

    >>> parse("*/20 8-9 1 jan,12 7")
    [{0, 40, 20}, {8, 9}, {1}, {1, 12}, {0}]
    """
    fields = ALIASES.get(expression, expression).split()
    if len(fields) != len(RANGES):
        raise ValueError(f"{expression!r} has {len(fields)} fields, expected {len(RANGES)}")
    return [_values(field, position) for position, field in enumerate(fields)]


def _values(field: str, position: int) -> set[int]:
    least, most = RANGES[position]
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = least if span == "*" else _value(first, position)
        single = start if not step else most
        end = most if span == "*" else _value(last, position) if last else single
        values = range(start, end + 1, int(step or 1))
        if not values or start < least or end > most:
            raise ValueError(f"{field!r} is not in {least} to {most}")
        found |= {value % 7 for value in values} if position == 4 else set(values)
    return found


def _value(text: str, position: int) -> int:
    names = NAMES.get(position, {})
    return names[text.lower()] if text.lower() in names else int(text)
