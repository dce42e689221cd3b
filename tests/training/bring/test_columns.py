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
        (["Berlin", "berlin", "Bonn"], "differ in capitals, .* only: 'Berlin' and 'berlin'"),
        (["K\u00f6ln", "Ko\u0308ln", "Bonn"], "differ in .* Unicode's forms only: "),
        (
            [str(2**60 + row % 9) for row in range(ROWS)],
            "9 categories: 1152921504606846976, .*; whole numbers of more digits than numbers keep",
        ),
        ([f"{row % 7 + 1}" + "0" * 18 for row in range(ROWS)], "numbers from 1e.18 to 7e.18"),
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
        (
            [f"{row / 7:.4f}" if row % 3 else "None" for row in range(ROWS)],
            "numbers from 0.* numbers and 'None' .80 rows., which count as missing$",
        ),
        ([str(row % 5) if row % 3 else "none" for row in range(ROWS)], "numbers from 0 to 4"),
        ([f"{row / 7:.4f}" if row % 3 else "n/k" for row in range(ROWS)], "numbers from 0.1429"),
        (["a", "b", *"12345678"], "10 categories: .*; mostly numbers, .* none, such as 'a'"),
        (["1,5", "1.5", "7"], "numbers with both decimal marks, such as '1,5' and '1.5', taken as"),
        (["12,50-", "7", "(2,5)"], "numbers from -12.5 to 7, median -2.5$"),
        ([f"{1 + row % 9}E{row % 8}" for row in range(ROWS)], "72 categories: 1E0"),
        (["1.5E3", "2E+03", "1e-05"], "numbers from 1e-05 to 2,000"),
        (["1e400", *(f"{row / 7:.3f}" for row in range(1, ROWS))], "'1e400' .1 row., which count"),
        (["1%", "0.02"], "percent signs were taken off, which not all .*: % 120 rows, none 120"),
        (["1%", "2%"], "percent signs were taken off$"),
        (
            [str(1_700_000_000 + 3600 * row) for row in range(ROWS)],
            "may be times since 1970; TIME=x splits the rows by them, UNUSED=x leaves",
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


def test_a_mark_that_only_one_reading_has_is_no_doubt(tmp_path: Path) -> None:
    """Although one of the values alone could be read both ways."""
    values = ["1.7641", "-0.0502", "1.304"]
    assert said(column(tmp_path, values), "x") == "numbers from -0.0502 to 1.7641, median 1.304"


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
        (
            [
                "2026-11-21T10:00:00Z",
                "2026-11-20T10:00:00+02:00",
                "2026-11-22T10:00:00.5Z",
                "2026-11-23T10:00Z",
            ],
            "2026-11-21T10:00:00+00:00",
        ),
        (["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"], "2026-11-21T00:00:00+00:00"),
        (
            ["21.11.2026 10:30", "1.12.2026 9:05", "2.12.2026 9:05", "3.12.2026 9:05"],
            "2026-11-21T10:30:00+00:00",
        ),
        (["01.02.26", "03.04.26", "05.06.26", "07.08.26"], "2026-02-01T00:00:00+00:00"),
        (
            [
                "11/21/2026 1:30:00 PM",
                "1/2/2026 12:00:00 AM",
                "1/3/2026 1:00:00 AM",
                "1/4/2026 1:00:00 AM",
            ],
            "2026-11-21T13:30:00+00:00",
        ),
        (["21/11/2026", "01/02/2026", "02/02/2026", "03/02/2026"], "2026-11-21T00:00:00+00:00"),
        (["20261121", "20261122", "20261123", "20261124"], "2026-11-21T00:00:00+00:00"),
        (["1795255200", "1795255260", "1795255320", "1795255380"], "2026-11-21T10:00:00+00:00"),
        (
            ["1795255200000", "1795255260000", "1795255320000", "1795255380000"],
            "2026-11-21T10:00:00+00:00",
        ),
    ],
)
def test_times_are_read_as_people_write_them(tmp_path: Path, values: list[str], first: str) -> None:
    """ISO 8601, German and US dates, days alone, seconds and milliseconds since 1970."""
    found = column(tmp_path, values, time="x")
    assert isinstance(found.input.columns[-1], TimeColumn)
    assert found.rows["x"][0].as_py().isoformat() == first


def test_days_and_months_that_cannot_be_told_apart_are_asked_for(tmp_path: Path) -> None:
    """No order is guessed."""
    values = ["01/02/2026", "03/04/2026", "05/06/2026", "07/08/2026"]
    with pytest.raises(BadParameter, match="column x: got '01/02/2026', expected DATES=dmy or DAT"):
        column(tmp_path, values, time="x")
    found = column(tmp_path, values, time="x", dates="mdy")
    assert found.rows["x"][0].as_py().month == 1


def test_the_order_that_is_asked_for_is_taken_or_refused(tmp_path: Path) -> None:
    """Also where dots would say otherwise; a day that is no month contradicts it."""
    values = ["01.02.2026", "03.04.2026", "05.06.2026", "07.08.2026"]
    usual = column(tmp_path, values, time="x")
    assert usual.rows["x"][0].as_py().month == 2
    assert "'01.02.2026' was read as day and month; DATES=mdy reads it otherwise" in said(
        usual, "x"
    )
    asked = column(tmp_path, values, time="x", dates="mdy")
    assert asked.rows["x"][0].as_py().month == 1 and "DATES" not in said(asked, "x")
    message = "DATES: got 'mdy', expected dmy, since column x has '13/05/2026' in row 2$"
    with pytest.raises(BadParameter, match=message):
        column(tmp_path, ["1/2/2026", "13/05/2026"], time="x", dates="mdy")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["2026-11-21T10:00:00", "2026-11-21T10:00:00+02:00"] * 2, "offset in 120 rows, taken as"),
        (["2026-11-21T10:00:00.5+01:00"], "split in time order$"),
        (["2026-11-21T10:00:00"], "order; times without an offset, taken as UTC$"),
        (
            [*["2026-11-21"] * 9, "9999-12-31"],
            "24 times far from all others, such as 9999-12-31: rows",
        ),
        (["2026-11-21", *["2026-11-22"] * 9, "0001-01-01"], "far from all others, such as 0001-01"),
    ],
)
def test_times_that_may_be_read_wrong_are_doubts(
    tmp_path: Path, values: list[str], says: str
) -> None:
    """Those without an offset, all or some, and those that stand for none."""
    import re

    days = [
        re.sub("11-2[12]", f"11-{1 + row % 28:02}", values[row % len(values)])
        for row in range(ROWS)
    ]
    assert re.search(says, said(column(tmp_path, days, time="x"), "x"))


def test_few_times_cannot_split_the_rows(tmp_path: Path) -> None:
    """Said before anything is written."""
    message = "TIME: got x, with 3 different times, expected at least 4, to split the rows by"
    with pytest.raises(BadParameter, match=message):
        column(tmp_path, ["2026-01-01", "2026-02-01", "2026-03-01"], time="x")


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
