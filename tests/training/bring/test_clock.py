"""Columns that the time of a row tells already are not watched for drift."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.training.bring.files import GOOD, ROWS, inferred, said, text, written
from training.bring.code import code
from training.bring.inferred import Inferred

MONDAY = datetime(2026, 11, 2)


@pytest.fixture
def found(tmp_path: Path) -> Inferred:
    """Return what the rows of ten days, one an hour, are taken for."""
    times = [MONDAY + timedelta(hours=row) for row in range(ROWS)]
    columns = {
        **GOOD,
        "at": [f"{at}Z" for at in times],
        "hour": [str(at.hour) for at in times],
        "shift": ["day" if 6 <= at.hour < 18 else "night" for at in times],
        "minutes": [str(17 * row % 60) for row in range(ROWS)],
        "open": ["no" if row % 100 else "yes" for row in range(ROWS)],
    }
    return inferred(written(tmp_path, text(columns)), time="at")


@pytest.mark.parametrize("name", ["hour", "shift"])
def test_what_the_hour_tells_is_not_watched(found: Inferred, name: str) -> None:
    """A number or a word; a person reads it, and can have it watched all the same."""
    assert "the hour of the day tells it, so its drift is not watched" in said(found, name)
    assert any("without 'watched=False' it is" in doubt for doubt in found.doubts())
    (column,) = [one for one in found.input.modelled if one.name == name]
    assert not column.watched and 'name="shift", categories=("day", "night"), watched=' in code(
        found
    )


@pytest.mark.parametrize("name", ["minutes", "open", "alter"])
def test_what_no_clock_tells_is_watched(found: Inferred, name: str) -> None:
    """Other cycles, and one value that nearly all rows have."""
    (column,) = [one for one in found.input.modelled if one.name == name]
    assert column.watched and "not watched" not in said(found, name)


def test_without_a_time_nothing_is_known_of_clocks(tmp_path: Path) -> None:
    """The rows may have come in any order."""
    columns = {**GOOD, "hour": [str(row % 24) for row in range(ROWS)]}
    found = inferred(written(tmp_path, text(columns)))
    assert all(column.watched for column in found.input.modelled)
