"""A cron expression runs when cron would run it."""

from datetime import UTC, datetime

import pytest

from demo.forge.ci.cron import next_time, parse


@pytest.mark.parametrize(
    ("expression", "zone", "expected"),
    [
        ("0 3 * * *", "UTC", "2026-11-21T03:00"),
        ("*/15 * * * *", "UTC", "2026-11-20T12:15"),
        ("0 12 * * *", "UTC", "2026-11-21T12:00"),
        ("0 0 1 * *", "UTC", "2026-12-01T00:00"),
        ("0 9-17 * * mon-fri", "UTC", "2026-11-20T13:00"),
        ("0 9 * * 7", "UTC", "2026-11-22T09:00"),
        ("0 0 13 * 5", "UTC", "2026-11-27T00:00"),
        ("0 0 29 2 *", "UTC", "2028-02-29T00:00"),
        ("@daily", "UTC", "2026-11-21T00:00"),
        ("0 3 * * *", "Asia/Tokyo", "2026-11-20T18:00"),
    ],
)
def test_the_next_run_is_crons(expression: str, zone: str, expected: str) -> None:
    """After noon of a Friday; a day of the month and one of the week are either, as in cron."""
    after = datetime(2026, 11, 20, 12, tzinfo=UTC)
    found = next_time(expression, zone, after=after)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("expression", ["* * * *", "60 * * * *", "5-1 * * * *", "a * * * *", ""])
def test_what_is_no_expression_is_refused(expression: str) -> None:
    """Too few fields, a value out of range, a span backwards, a word."""
    with pytest.raises(ValueError):
        parse(expression)


def test_an_expression_that_never_runs_is_refused() -> None:
    """There is no 30th of February."""
    with pytest.raises(ValueError, match="never matches"):
        next_time("0 0 30 2 *", "UTC", after=datetime(2026, 11, 20, tzinfo=UTC))
