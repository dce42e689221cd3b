"""Values of the command lines, checked where they enter: addresses, durations, times."""

import math
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from urllib.parse import urlsplit

from monitoring.errors import InvalidThreshold
from monitoring.thresholds import seconds
from perennial.errors import InvalidValue

PROMETHEUS = "http://localhost:9090"
MOMENT = "a UTC time such as 2026-11-21T14:30, or seconds since 1970"


def add_prometheus(parser: ArgumentParser) -> None:
    """Add the option that every command which asks Prometheus has."""
    parser.add_argument(
        "--prometheus",
        type=address,
        default=PROMETHEUS,
        metavar="URL",
        help="(default: %(default)s)",
    )


def refused(what: str, text: str, expected: str) -> ArgumentTypeError:
    """Return the error of an option's value; argparse adds the option."""
    return ArgumentTypeError(str(InvalidValue(what, text, expected)))


def address(text: str) -> str:
    """Return the address of a Prometheus, without a slash at its end.

    >>> address("http://localhost:9090/")
    'http://localhost:9090'
    """
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise refused("address", text, f"an address such as {PROMETHEUS}")
    if parts.username is not None:
        # Not repeated here: what follows a user's name may be a password.
        raise ArgumentTypeError("expected an address without a user name")
    return text.rstrip("/")


def duration(text: str) -> str:
    """Return a Prometheus duration of one unit, more than nothing.

    >>> duration("90m")
    '90m'
    """
    try:
        length = seconds(text)
    except InvalidThreshold as error:
        raise ArgumentTypeError(str(error)) from error
    if not length:
        raise refused("duration", text, "more than 0 seconds")
    return text


def moment(text: str) -> float:
    """Return a time in seconds since 1970; without a time zone it is in UTC.

    >>> moment("1970-01-02"), moment("1970-01-01T01:00+01:00"), moment("1.5")
    (86400.0, 0.0, 1.5)
    """
    try:
        when = float(text)
    except ValueError:
        when = _written(text)
    if not math.isfinite(when):
        raise refused("time", text, MOMENT)
    return when


def _written(text: str) -> float:
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise refused("time", text, MOMENT) from error
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
