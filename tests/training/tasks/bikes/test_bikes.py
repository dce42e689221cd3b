"""The task bikes: its published file becomes its rows, in the order of time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyarrow import parquet

from tests.published_rows import published_files
from training.task.content import content_digest
from training.task.rows_file import converted, read_rows
from training.tasks.bikes.published import PUBLISHED, convert
from training.tasks.bikes.task import LABEL, TASK, UNUSED

FILE = b"""instant,dteday,season,yr,mnth,hr,holiday,weekday,workingday,weathersit,temp,atemp,hum,\
windspeed,casual,registered,cnt
1,2011-01-01,1,0,1,0,0,6,0,1,0.24,0.2879,0.81,0,3,13,16
2,2012-12-31,1,1,12,23,1,1,1,4,0.26,0.2727,0.65,0.1343,12,37,49
"""


def test_the_file_becomes_rows_of_the_input(tmp_path: Path) -> None:
    """Day and hour are a time, codes are words, and what tells the label is no input."""
    file = tmp_path / "rows.parquet"
    parquet.write_table(convert(FILE), file)
    rows = read_rows(file, TASK.input, label=LABEL, unused=UNUSED)
    assert rows.table.schema.equals(TASK.input.arrow_schema())
    assert rows.labels == ["16", "49"]
    first, second = rows.table.to_pylist()
    assert first["time"] == datetime(2011, 1, 1, tzinfo=UTC)
    assert second["time"] == datetime(2012, 12, 31, 23, tzinfo=UTC)
    assert (first["weekday"], first["weather"], first["holiday"]) == ("saturday", "clear", "no")
    assert (second["weekday"], second["weather"]) == ("monday", "heavy rain or snow")
    assert {"casual", "registered", "instant", "season"}.isdisjoint(rows.table.column_names)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (FILE.replace(b"weathersit", b"weather"), "it has no column weathersit"),
        (FILE.replace(b"0,6,0,1,", b"0,9,0,1,"), "out of bounds"),
        (b"", "Empty CSV file"),
    ],
)
def test_another_file_is_refused(content: bytes, error: str) -> None:
    """By the column or the code that is unknown."""
    with pytest.raises((ValueError, LookupError), match=error):
        convert(content)


def test_the_published_file_has_valid_rows() -> None:
    """The content that is known, in the order of time, every value within its column's rules."""
    table = convert(*published_files(PUBLISHED))
    assert content_digest(table) == PUBLISHED.content and len(table) == 17_379
    times = table.column("time").to_pylist()
    assert times == sorted(times) and len(set(times)) == len(times)
    inputs = converted(table, TASK.input.arrow_schema())
    assert [check for check in TASK.input.checks(inputs) if check.bad.any()] == []
