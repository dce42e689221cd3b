"""`make send` reads a file as `make task` read the first one, or refuses it."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from tests.training.bring.files import GOOD, ROWS, inferred, text, written
from training.bring.cells import read
from training.bring.inferred import Inferred
from training.bring.reading import read_reading
from training.bring.rows_of import Sendable, rows_of
from training.bring.write import write
from training.errors import BadParameter

HALVES = [f"{row % 9 + 0.5}" for row in range(ROWS)]


def task(folder: Path, columns: Mapping[str, Sequence[str]], **options: Any) -> Inferred:
    """Return the task of a first file, which has labels in `weg`."""
    by = options.pop("by", ";")
    columns = {**columns, "weg": options.pop("labels", GOOD["weg"])}
    return inferred(written(folder, text(columns, by=by)), **options)


def sendable(found: Inferred, file: Path, target: str = "weg", **options: Any) -> Sendable:
    """Return what is sent of a later file."""
    return rows_of(
        read(file), found.input, found.target.output, target, reading=found.reading, **options
    )


def later(found: Inferred, folder: Path, content: str, target: str = "weg", **options: Any) -> Any:
    """Return what is sent of a later CSV file."""
    return sendable(found, written(folder, content), target, **options)


@pytest.mark.parametrize(("first", "second"), [("x", "X"), ("温度", "湿度"), ("a b", "a-b")])
def test_columns_are_found_by_the_names_that_the_first_file_has(
    tmp_path: Path, first: str, second: str
) -> None:
    """In any order, also where the task's names for them differ by a number only."""
    found = task(tmp_path, {first: HALVES, second: GOOD["Größe"]})
    names = found.input.names
    sent = later(found, tmp_path, f"id;{second};{first};weg\n7;55.5;0.1;ja\n8;66.6;0.2;nein\n")
    assert sent.instances[0] == {names[0]: 0.1, names[1]: 55.5}
    with pytest.raises(BadParameter, match=f"expected one called '{second}'|for both"):
        later(found, tmp_path, f"{first};weg\n0.1;ja\n")


def test_of_columns_with_one_name_the_places_count(tmp_path: Path) -> None:
    """Where there are fewer of them than there were, none is taken for another."""
    columns = {"a": HALVES, "b": GOOD["Größe"], "weg": GOOD["weg"]}
    found = inferred(written(tmp_path, text(columns, headers="a,a,weg")))
    assert later(found, tmp_path, "weg,a,a\nja,1.5,2.5\n").instances == [{"a": 1.5, "a_2": 2.5}]
    with pytest.raises(
        BadParameter, match="FILE: got the columns weg, a.*, expected one called 'a'"
    ):
        later(found, tmp_path, "weg,a\nja,1.5\n")


def test_a_name_that_only_a_later_file_has_twice_is_said_to_be_there_twice(tmp_path: Path) -> None:
    """Not to be missing."""
    found = task(tmp_path, {"a": HALVES})
    expected = "FILE: got 2 columns called 'a', expected one of each name; rename the others"
    with pytest.raises(BadParameter, match=expected):
        later(found, tmp_path, "a;a;weg\n1.5;2.5;ja\n")


def test_a_way_of_writing_that_there_is_not_is_refused(tmp_path: Path) -> None:
    """As `make task` refuses it; it was an error of the program, or ignored."""
    found = task(tmp_path, {"a": HALVES})
    for given in ({"decimal": "x"}, {"dates": "ymd"}):
        with pytest.raises(BadParameter, match="(DECIMAL: got 'x'|DATES: got 'ymd'), expected one"):
            later(found, tmp_path, "a;weg\n1.5;ja\n", **given)


def test_small_differences_of_a_header_do_not_matter(tmp_path: Path) -> None:
    """Capitals and punctuation, and the name that the task has."""
    found = task(tmp_path, {"Größe (m)": HALVES})
    for header in ("größe [m]", "groesse_m"):
        assert later(found, tmp_path, f"{header};weg\n1.5;ja\n").instances == [{"groesse_m": 1.5}]


def test_decimal_marks_are_those_of_the_first_file(tmp_path: Path) -> None:
    """Although 1.234 alone, between semicolons, would be taken for 1234."""
    found = task(tmp_path, {"a": HALVES, "b": ["1.234", "5.678"] * (ROWS // 2)}, decimal=".")
    content = "a;b;weg\n1.5;1.234;ja\n2.5;5.678;nein\n"
    assert later(found, tmp_path, content).instances[0] == {"a": 1.5, "b": 1.234}
    content = "a;b;weg\n1.234;1.234;ja\n"
    sent = later(found, tmp_path, content)
    assert (sent.instances, sent.doubts) == ([{"a": 1.234, "b": 1.234}], ())
    with pytest.raises(BadParameter, match="column a: got '1,5', expected numbers with '.' as the"):
        later(found, tmp_path, "a;b;weg\n1,5;1;ja\n")
    assert later(found, tmp_path, "a;b;weg\n1,5;1;ja\n", decimal=",").instances[0]["a"] == 1.5


def test_a_decimal_mark_that_the_first_file_did_not_show_is_a_doubt(tmp_path: Path) -> None:
    """In the first file that shows one."""
    found = task(tmp_path, {"a": ["7", "8", "9"] * (ROWS // 3)})
    sent = later(found, tmp_path, "a;weg\n1.234;ja\n")
    assert sent.doubts == (
        "a: numbers such as '1.234' were read with ',' as the decimal mark; DECIMAL=. reads them "
        "otherwise",
    )
    assert later(found, tmp_path, "a;weg\n1.5;ja\n").instances == [{"a": 1.5}]


def test_the_order_of_day_and_month_is_that_of_the_first_file(tmp_path: Path) -> None:
    """Where a later file does not show it."""
    days = [f"{1 + row % 28}/11/2026" for row in range(ROWS)]
    found = task(tmp_path, {"a": HALVES, "t": days}, time="t")
    sent = later(found, tmp_path, "a;t;weg\n1.5;1/2/2026;ja\n")
    assert sent.instances[0]["t"] == "2026-02-01T00:00:00+00:00"


def test_values_have_one_spelling_in_every_format(tmp_path: Path) -> None:
    """Booleans of CSV and Parquet, and whole numbers with a point, as pandas writes them."""
    values = {"a": HALVES, "b": ["True", "False"] * (ROWS // 2), "c": ["0", "1", "2"] * 80}
    csv = task(tmp_path, values, labels=["1.0", "0.0"] * (ROWS // 2), words=("c",))
    assert csv.target.output.labels == ("0", "1")
    file = tmp_path / "rows.parquet"
    columns = {"a": [0.5], "b": [True], "c": [1.0], "weg": [1]}
    parquet.write_table(pyarrow.table(columns), file)
    sent = sendable(csv, file)
    assert (sent.instances, sent.labels) == ([{"a": 0.5, "b": "True", "c": "1"}], ["1"])

    truth, label = [True, False] * (ROWS // 2), [0, 1] * (ROWS // 2)
    many = pyarrow.table(
        {"a": list(map(float, HALVES)), "b": truth, "c": [1.0] * ROWS, "weg": label}
    )
    parquet.write_table(many, file)
    sent = later(inferred(file), tmp_path, "a,b,c,weg\n.5,True,1,1.0\n.5,,1,\n")
    assert [row["b"] for row in sent.instances] == ["true", None] and sent.labels == ["1", None]


def test_a_label_keeps_the_name_that_it_got(tmp_path: Path) -> None:
    """Also where the file has a label of that name itself."""
    found = task(tmp_path, {"a": HALVES}, labels=["other", "Other"] * (ROWS // 2))
    sent = later(found, tmp_path, "a;weg\n1.5;other\n2.5;Other\n")
    assert sent.labels == ["OTHER", "Other"]


def test_unknown_words_are_counted_and_mostly_unknown_ones_refused(tmp_path: Path) -> None:
    """Before anything is sent."""
    found = task(tmp_path, {"a": HALVES, "c": ["rot", "grün"] * (ROWS // 2)})
    sent = later(found, tmp_path, "a;c;weg\n1.5;rot;ja\n1.5;grün;ja\n1.5;blau;ja\n")
    assert sent.doubts == ("c: 1 of 3 values are none of its categories, such as 'blau'",)
    message = "column c: got 2 of 3 values are none of its categories, such as 'red', expected mos"
    with pytest.raises(BadParameter, match=message):
        later(found, tmp_path, "a;c;weg\n1.5;rot;ja\n1.5;red;ja\n1.5;red;ja\n")


def test_sensitive_columns_may_be_absent(tmp_path: Path) -> None:
    """As they may be in a request; dates of a Parquet file are words."""
    born = [f"{1 + row % 28}.1.1990" for row in range(ROWS)]
    found = task(tmp_path, {"a": HALVES, "born": born}, sensitive={"born": "hash"})
    assert later(found, tmp_path, "a;weg\n1.5;ja\n").instances == [{"a": 1.5}]
    file = tmp_path / "rows.parquet"
    parquet.write_table(pyarrow.table({"a": [1.5], "born": [date(1990, 1, 2)]}), file)
    assert sendable(found, file, "").instances == [{"a": 1.5, "born": "1990-01-02"}]


def test_one_column_is_never_sent_as_two(tmp_path: Path) -> None:
    """Nor as a label too."""
    found = task(tmp_path, {"x": HALVES, "X": GOOD["Größe"]})
    with pytest.raises(BadParameter, match="FILE: got 'x', for both x and x_2, expected a column"):
        later(found, tmp_path, "x;weg\n1.5;ja\n")


def test_it_is_written_beside_the_rows(tmp_path: Path) -> None:
    """And is there again; what cannot be read is one sentence."""
    found = task(tmp_path, {"Größe": HALVES, "weg": GOOD["weg"]})
    write(found, tmp_path)
    assert read_reading("churn", tmp_path) == found.reading
    assert read_reading("gone", tmp_path) is None
    file = tmp_path / "data/churn/reading.json"
    file.write_text(file.read_text().replace('"columns"', '"rows"'))
    with pytest.raises(BadParameter, match="reading.json: columns: got "):
        read_reading("churn", tmp_path)
