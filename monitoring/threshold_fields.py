"""The fields of thresholds: numbers, durations and names, each with a unit and a range."""

import re
from dataclasses import Field, field
from typing import Any

from monitoring.errors import InvalidThreshold

# Prometheus keeps no more, and refuses what 64 bits of nanoseconds do not hold.
LONGEST = "520w"
DURATION = re.compile(r"^(0|[1-9]\d*)([smhdw])$")
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_./-]*$")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def number(default: float, *, unit: str, low: float, high: float) -> Any:
    """Return a field that is a number from low to high."""
    return field(default=default, metadata={"unit": unit, "low": low, "high": high})


def duration(default: str, *, least: int = 1) -> Any:
    """Return a field that is a duration of at least so many seconds."""
    return field(default=default, metadata={"unit": "Prometheus duration", "least": least})


def durations(*default: str) -> Any:
    """Return a field that is two durations or more."""
    return field(default=default, metadata={"unit": "Prometheus durations", "each": {"least": 1}})


def name(default: str) -> Any:
    """Return a field that is a name of a scrape job."""
    return field(default=default, metadata={"unit": "name of a scrape job", "pattern": NAME})


def seconds(text: str) -> int:
    """Return a Prometheus duration of one unit in seconds.

    >>> seconds("1h")
    3600
    """
    match = DURATION.match(text)
    if match is None:
        raise InvalidThreshold("duration", text, "a whole number and one of s, m, h, d, w")
    return int(match[1]) * SECONDS[match[2]]


def check(item: "Field[Any]", value: object) -> None:
    """Raise InvalidThreshold if a field cannot have this value."""
    field_name, limits = item.name, item.metadata
    if "pattern" in limits:
        if not isinstance(value, str) or not limits["pattern"].match(value):
            raise InvalidThreshold(field_name, value, "a name of letters, digits, _ . / and -")
        return
    if "each" in limits:
        if not isinstance(value, tuple) or len(value) < 2:
            raise InvalidThreshold(field_name, value, "a tuple of two durations or more")
        for one in value:
            _check_duration(field_name, one, limits["each"]["least"])
        return
    if "least" in limits:
        _check_duration(field_name, value, limits["least"])
        return
    low, high = limits["low"], limits["high"]
    is_number = isinstance(value, int if item.type is int else int | float)
    is_number = is_number and not isinstance(value, bool)
    if not is_number or not low <= float(str(value)) <= high:
        raise InvalidThreshold(field_name, value, f"{low:g} to {high:g} {limits['unit']}")


def _check_duration(field_name: str, value: object, least: int) -> None:
    if not isinstance(value, str) or DURATION.match(value) is None:
        raise InvalidThreshold(field_name, value, "a whole number and one of s, m, h, d, w")
    if seconds(value) < least:
        raise InvalidThreshold(field_name, value, "more than 0 seconds")
    if seconds(value) > seconds(LONGEST):
        raise InvalidThreshold(field_name, value, f"at most {LONGEST}")
