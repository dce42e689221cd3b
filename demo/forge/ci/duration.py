"""Durations as the pipeline's file writes them, such as `1h 30m` or `30 days`."""

import re

DAY = 24 * 3600
UNITS = {
    "": 1,
    "s": 1, "sec": 1, "second": 1,
    "m": 60, "min": 60, "minute": 60,
    "h": 3600, "hr": 3600, "hour": 3600,
    "d": DAY, "day": DAY,
    "w": 7 * DAY, "week": 7 * DAY,
    "mo": 30 * DAY, "month": 30 * DAY,
    "y": 365 * DAY, "year": 365 * DAY,
}  # fmt: skip


def seconds(text: str) -> int:
    """Return a duration in seconds.

    Raises ValueError.

    >>> seconds("1h 30m"), seconds("10 minutes"), seconds("90"), seconds("1 week")
    (5400, 600, 90, 604800)
    """
    parts = re.findall(r"(\d+)\s*([a-z]*)", str(text))
    units = [unit if unit in UNITS else unit.removesuffix("s") for _, unit in parts]
    if not parts or not set(units) <= UNITS.keys():
        raise ValueError(f"{text!r} is not a duration such as 1h 30m")
    return sum(int(number) * UNITS[unit] for (number, _), unit in zip(parts, units, strict=True))
