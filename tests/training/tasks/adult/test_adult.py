"""The task adult: its published file becomes its rows, gaps and all."""

from pathlib import Path

import pytest
from pyarrow import parquet

from tests.published_rows import published_files
from training.task.content import content_digest
from training.task.rows_file import converted, read_rows
from training.tasks.adult.published import NAMES, PUBLISHED, convert
from training.tasks.adult.task import LABEL, TASK, UNUSED

LINES = [
    "39, State-gov, 77516, Bachelors, 13, Never-married, Adm-clerical, Not-in-family, White, Male, "
    "2174, 0, 40, United-States, <=50K",
    "54, ?, 180211, Some-college, 10, Married-civ-spouse, ?, Husband, Asian-Pac-Islander, Male, "
    "0, 0, 60, South, >50K",
]
FILE = "\n".join([*LINES, "", ""]).encode()


def test_the_file_becomes_rows_of_the_input(tmp_path: Path) -> None:
    """Words stay words, question marks are gaps, and the weight of a person is no input."""
    file = tmp_path / "rows.parquet"
    parquet.write_table(convert(FILE), file)
    rows = read_rows(file, TASK.input, label=LABEL, unused=UNUSED)
    assert rows.table.schema.equals(TASK.input.arrow_schema())
    assert rows.labels == ["<=50K", ">50K"]
    first, second = rows.table.to_pylist()
    assert first["workclass"] == "State-gov" and first["capital_gain"] == 2174.0
    assert second["workclass"] is None and second["occupation"] is None


def test_a_header_and_other_spaces_change_nothing() -> None:
    """Some copies of the file have them."""
    header = ",".join(NAMES)
    other = "\n".join([header, *(line.replace(", ", ",") for line in LINES)])
    assert content_digest(convert(other.encode())) == content_digest(convert(FILE))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"39, State-gov\n", "row 0 has 2 values, expected 15"),
        (FILE.replace(b"39", b"old"), "old"),
        ("39, Ärzte\n".encode(), "ascii"),
    ],
)
def test_another_file_is_refused(content: bytes, message: str) -> None:
    """By its first row that is none."""
    with pytest.raises(ValueError, match=message):
        convert(content)


def test_the_published_file_has_valid_rows() -> None:
    """The content that is known, every value within the rules of its column."""
    table = convert(*published_files(PUBLISHED))
    assert content_digest(table) == PUBLISHED.content and len(table) == 32_561
    inputs = converted(table, TASK.input.arrow_schema())
    assert [check for check in TASK.input.checks(inputs) if check.bad.any()] == []
    for column in TASK.input.modelled:
        if column.categories:
            words = set(inputs.column(column.name).to_pylist()) - {None}
            assert words == set(column.categories), column.name
