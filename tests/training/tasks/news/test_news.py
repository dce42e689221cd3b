"""The task news: its published files become its rows, with what people said beside."""

from pathlib import Path

import pytest
from pyarrow import parquet

from tests.published_rows import published_files
from training.task.content import content_digest
from training.task.rows_file import read_rows
from training.tasks.news.published import PUBLISHED, convert
from training.tasks.news.task import HELD_OUT, HUMAN, LABEL, TASK

TRAIN = b"""label,gt,text,group
2,2,"Oil up . Prices, again",5
0,2,"Judge . ""Rules"" fall",0
"""
TEST = b"""label,gt,text,group
1,1,Cup . A draw,A
"""
COPIES = (
    b"""label,crowd_label,text
Business,World,"Judge . ""Rules"" fall"
Business,Business,"Oil up . Prices, again"
""",
    b"""label,title,description
Sports,Cup,A draw
""",
)


def test_the_files_become_rows_of_the_input(tmp_path: Path) -> None:
    """The label is the corpus's own; the test rows are the publisher's."""
    file = tmp_path / "rows.parquet"
    parquet.write_table(convert(TRAIN, TEST), file)
    rows = read_rows(file, TASK.input, label=LABEL, unused=(HUMAN,), held_out=HELD_OUT)
    assert rows.table.schema.equals(TASK.input.arrow_schema())
    assert rows.table["input"].to_pylist()[:2] == ['Judge . "Rules" fall', "Oil up . Prices, again"]
    assert rows.labels == ["Business", "Business", "Sports"]
    assert rows.held_out is not None and rows.held_out.tolist() == [False, False, True]
    assert convert(TRAIN, TEST)[HUMAN].to_pylist() == ["World", "Business", None]


def test_copies_with_words_for_codes_are_the_same_rows() -> None:
    """In any order, with title and description apart."""
    assert convert(*COPIES).equals(convert(TRAIN, TEST))


@pytest.mark.parametrize(
    ("train", "message"),
    [
        (TRAIN.replace(b"0,2", b"0,4"), "out of range"),
        (COPIES[0].replace(b"World", b"Weather"), "not in tuple"),
        (TRAIN.replace(b"text", b"body"), "title"),
        (b"\xff", "decode"),
    ],
)
def test_other_files_are_refused(train: bytes, message: str) -> None:
    """By the label or the column that is unknown."""
    with pytest.raises((ValueError, LookupError), match=message):
        convert(train, TEST)


def test_the_published_files_have_valid_rows() -> None:
    """The content that is known; people were right about four in five."""
    table = convert(*published_files(PUBLISHED))
    assert content_digest(table) == PUBLISHED.content and len(table) == 17_600
    inputs = table.select(TASK.input.arrow_schema().names)
    assert [check for check in TASK.input.checks(inputs) if check.bad.any()] == []
    pairs = list(zip(table[HUMAN].to_pylist(), table[LABEL].to_pylist(), strict=True))
    right = [human == label for human, label in pairs if human is not None]
    assert len(right) == 10_000 and 0.79 < sum(right) / len(right) < 0.81
