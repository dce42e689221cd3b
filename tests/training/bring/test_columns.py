"""What a column is taken for, and what is doubtful about it."""

from pathlib import Path

import pytest

from perennial.kinds.columns import CategoryColumn, TimeColumn
from tests.training.bring.files import GOOD, ROWS, column, inferred, said, text, written
from training.errors import BadParameter


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["1", "2.5", "-3e2"], "numbers from -300 to 2.5, median 1"),
        (["1,234.50", "7", "−3"], "numbers from -3 to 1,234.5, median 7"),
        (["1.234,50", "7", "-3"], "numbers from -3 to 1,234.5, median 7"),
        (["1 234 567", "7", "8"], "numbers from 7 to 1,234,567, median 8"),
        (["1'234.5", "7", "8"], "numbers from 7 to 1,234.5, median 8"),
        (["€ 12.50", "3 €", "$4"], "numbers from 3 to 12.5, median 4; currencies or percent"),
        (["01067", "80331"], "2 categories: 01067, 80331; numbers with leading zeros"),
        (["a", "b", "a"], "2 categories: a, b"),
        (["Berlin", "berlin", "Bonn"], "differ in capitals or spaces only: 'Berlin' and 'berlin'"),
        (["a", "b", "other"], "2 categories: .*; the word 'other' counts as any"),
        (["7"], "left out: every row has 7"),
        (["x"], "left out: every row has 'x'"),
        (["?"], "left out: it has no values"),
        (
            ["1.5", "?", "2.5", "-"],
            "numbers from 1.5 to 2.5, .*; 120 gaps; gaps are written as '-', '.'",
        ),
        (
            ["21.11.2026", "1.12.2026"],
            "left out: times; times, left out; TIME=x splits the rows in time order",
        ),
        (["1.5"] * 239 + ["k.A."], "numbers and 'k.A.' .1 row., which count as missing"),
        (["a"] * 239 + ["b"], "nearly constant: 99.6% of the rows have 'a'"),
        (["1.5"] * 239 + ["2"], "nearly constant: 99.6% of the rows have 1.5"),
        (["1", "2", "3"], "few whole numbers, taken as amounts; WORDS= takes those"),
        (
            [f"u{row}" for row in range(ROWS)],
            "an id, 240 different values in 240 rows; an id, left out",
        ),
        ([str(row) for row in range(ROWS)], "an id, 240 different whole numbers in 240 rows"),
        ([f"{row} long and longer words, and more than that" for row in range(ROWS)], "free text"),
    ],
)
def test_a_column_is_taken_for_what_its_values_are(
    tmp_path: Path, values: list[str], says: str
) -> None:
    """Numbers in many ways of writing, words, times, ids, nothing; each doubt in a sentence."""
    import re

    assert re.search(says, said(column(tmp_path, values, by="\t"), "x"))


def test_of_many_words_the_frequent_ones_are_categories(tmp_path: Path) -> None:
    """All others count as one; where none is frequent, the column is left out."""
    values = [f"w{row % 4}" if row % 3 else f"rare{row}" for row in range(1000)]
    many = {
        "a": [str(row % 9 + 0.5) for row in range(1000)],
        "x": values,
        "y": [f"w{row % 400}" for row in range(1000)],
        "weg": ["ja", "nein"] * 500,
    }
    found = inferred(written(tmp_path, text(many)))
    kept = next(one.column for one in found.columns if one.name == "x")
    assert isinstance(kept, CategoryColumn) and kept.categories == ("w0", "w1", "w2", "w3")
    assert "338 different words; the 4 most frequent, in 67% of the rows" in said(found, "x")
    assert "left out: its 0 frequent words are in 0% of the rows only" in said(found, "y")


def test_a_decimal_mark_that_nothing_tells_is_a_doubt(tmp_path: Path) -> None:
    """Semicolons speak for a comma; DECIMAL settles it."""
    found = column(tmp_path, ["1.234", "5.678"])
    assert found.rows["x"].to_pylist()[:2] == [1.234, 5.678]  # Größe has 1.50, so a point
    doubt = "numbers such as '1.234' were read with '.' as the decimal mark; DECIMAL=, reads them"
    assert doubt in said(found, "x")
    found = column(tmp_path, ["1.234", "5.678"], decimal=",")
    assert found.rows["x"].to_pylist()[:2] == [1234, 5678]


def test_no_thousands_begin_with_a_zero(tmp_path: Path) -> None:
    """So 0.997 tells the mark of its column, and of columns that do not."""
    found = column(tmp_path, ["0.997", "1.234"], decimal="")
    assert "numbers from 0.997 to 1.234" in said(found, "x")
    text_of = {**GOOD, "Größe": ["2.345"] * ROWS, "x": ["0.997", "1.234"] * (ROWS // 2)}
    assert inferred(written(tmp_path, text(text_of, by=";"))).rows["x"][1].as_py() == 1.234


def test_columns_of_the_same_doubt_share_a_line(tmp_path: Path) -> None:
    """A file of 40 columns is not 40 lines."""
    many = {f"c{at}": [f"1.{at}{row % 90 + 10}" for row in range(ROWS)] for at in range(9)}
    doubts = list(inferred(written(tmp_path, text({**GOOD, **many}))).doubts())
    assert any(
        line.startswith("c0, c1, c2, c3, c4, c5 and 3 more: numbers such as") for line in doubts
    )


@pytest.mark.parametrize(
    ("values", "first"),
    [
        (["2026-11-21T10:00:00Z", "2026-11-20T10:00:00+02:00"], "2026-11-21T10:00:00+00:00"),
        (["2026-11-21", "2026-11-22"], "2026-11-21T00:00:00+00:00"),
        (["21.11.2026 10:30", "1.12.2026 9:05"], "2026-11-21T10:30:00+00:00"),
        (["01.02.26", "03.04.26"], "2026-02-01T00:00:00+00:00"),
        (["11/21/2026 1:30:00 PM", "1/2/2026 12:00:00 AM"], "2026-11-21T13:30:00+00:00"),
        (["21/11/2026", "01/02/2026"], "2026-11-21T00:00:00+00:00"),
        (["20261121", "20261122"], "2026-11-21T00:00:00+00:00"),
        (["1795255200", "1795255260"], "2026-11-21T10:00:00+00:00"),
        (["1795255200000", "1795255260000"], "2026-11-21T10:00:00+00:00"),
    ],
)
def test_times_are_read_as_people_write_them(tmp_path: Path, values: list[str], first: str) -> None:
    """ISO 8601, German and US dates, days alone, seconds and milliseconds since 1970."""
    found = column(tmp_path, values, time="x")
    assert isinstance(found.input.columns[-1], TimeColumn)
    assert found.rows["x"][0].as_py().isoformat() == first


def test_days_and_months_that_cannot_be_told_apart_are_asked_for(tmp_path: Path) -> None:
    """No order is guessed."""
    values = ["01/02/2026", "03/04/2026"]
    with pytest.raises(BadParameter, match="column x: got '01/02/2026', expected DATES=dmy or DAT"):
        column(tmp_path, values, time="x")
    found = column(tmp_path, values, time="x", dates="mdy")
    assert found.rows["x"][0].as_py().month == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["21.11.2026", "", "bald"], "TIME: got x, with 'bald' in row 3, expected times, such as"),
        (["21.11.2026", "30.2.2026"], "column x, row 2: got '30.2.2026', expected a time, written"),
        (["21.11.2026 9:00", "22.11.2026"], "column x, row 2: got '22.11.2026', expected a time"),
        (["21/11/2026", "11/21/2026"], "TIME: got x, with dates that are written in several ways"),
        ([""], "TIME: got x, with no values, expected times"),
    ],
)
def test_what_is_no_time_is_named(tmp_path: Path, values: list[str], message: str) -> None:
    """By its value and its row, of which the first is below the names."""
    with pytest.raises(BadParameter, match=message):
        column(tmp_path, values, time="x")


def test_a_column_of_words_may_be_named(tmp_path: Path) -> None:
    """Numbers that are names of something become categories."""
    found = column(tmp_path, ["1", "2", "3"], words=("x",))
    assert said(found, "x") == "3 categories: 1, 2, 3"


def test_columns_may_be_left_out(tmp_path: Path) -> None:
    """Also by the names that they have in the file; none may remain."""
    file = written(tmp_path, text(GOOD))
    found = inferred(file, unused=("Größe", "vertrag"))
    assert found.input.names == ("alter",) and found.rows.column_names == ["alter", "weg"]
    with pytest.raises(BadParameter, match="columns are all left out, expected one of numbers"):
        inferred(file, unused=("Größe", "vertrag", "Alter"))


def test_sensitive_columns_are_sent_and_not_kept(tmp_path: Path) -> None:
    """They are among the columns of a request, and not in the rows."""
    file = written(tmp_path, text({**GOOD, "E-Mail": [f"{at}@example.org" for at in range(ROWS)]}))
    found = inferred(file, sensitive={"E-Mail": "drop", "Vertrag": "hash"})
    assert found.input.sensitive == {"e_mail": "drop", "vertrag": "hash"}
    assert found.rows.column_names == ["alter", "groesse", "weg"]
    assert "sensitive: not in the rows; of requests the service keeps nothing" in said(
        found, "e_mail"
    )
