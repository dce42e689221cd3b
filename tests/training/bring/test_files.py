"""A file is read as it is, whatever program wrote it, or refused with one sentence."""

from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from perennial.kinds.columns import CategoryColumn, NumberColumn
from tests.training.bring.files import GOOD, ROWS, inferred, text, written
from training.bring.cells import read
from training.bring.rows_of import rows_of
from training.errors import BadParameter


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("by", [",", ";", "\t", "|"])
def test_encodings_and_separators_make_no_difference(
    tmp_path: Path, encoding: str, by: str
) -> None:
    """Windows' and Unicode's encodings, with a mark and without, and the four separators."""
    found = inferred(written(tmp_path, text(GOOD, by=by), encoding=encoding))
    assert [type(column) for column in found.input.columns] == [
        NumberColumn,
        NumberColumn,
        CategoryColumn,
    ]
    assert found.input.names == ("alter", "groesse", "vertrag")
    assert found.rows["groesse"].to_pylist()[:2] == [1.5, 1.6]
    assert len(found.rows) == ROWS and found.target.output.labels == ("ja", "nein")


def test_an_encoding_that_the_bytes_do_not_tell_is_said(tmp_path: Path) -> None:
    """Once, with a word by which to see whether it is right; both commands that read files do."""
    polish = {**GOOD, "Miasto": ["Kraków", "Gdańsk", "Żory"] * (ROWS // 3)}
    file = written(tmp_path, text(polish), encoding="cp1250")
    doubt = (
        "not UTF-8, so read as Windows-1252, such as 'Gdañsk'; if this is wrong, save it as UTF-8"
    )
    found = inferred(file)
    assert list(found.doubts()).count(doubt) == 1
    assert rows_of(read(file), found.input, found.target.output, "weg").doubts == (doubt,)
    for known in ("cp1252", "utf-8"):  # whose letters are the same in both, or are told
        doubts = inferred(written(tmp_path, text(GOOD), encoding=known)).doubts()
        assert not any("read as" in one for one in doubts)


def test_excels_own_first_line_names_the_separator(tmp_path: Path) -> None:
    """It is not taken for the names of the columns."""
    found = inferred(written(tmp_path, f"sep=;\n{text(GOOD, by=';')}"))
    assert found.input.names == ("alter", "groesse", "vertrag")


def test_decimal_commas_are_found_beside_either_separator(tmp_path: Path) -> None:
    """With semicolons as they are, with commas in quotes; thousands have points then."""
    german = {**GOOD, "Größe": [value.replace(".", ",") for value in GOOD["Größe"]]}
    german["Umsatz"] = [f"{1 + row % 3}.234,5" for row in range(ROWS)]
    for by in (";", ","):
        quoted = {
            name: [f'"{value}"' if by in value else value for value in values]
            for name, values in german.items()
        }
        found = inferred(written(tmp_path, text(quoted, by=by)))
        assert found.rows["groesse"].to_pylist()[:2] == [1.5, 1.6]
        assert found.rows["umsatz"].to_pylist()[:2] == [1234.5, 2234.5]


def test_quoted_line_breaks_and_separators_belong_to_the_value(tmp_path: Path) -> None:
    """As do doubled quotes."""
    values = ['"Haus, ""blau""\n2. Stock"', "Wohnung"] * (ROWS // 2)
    found = inferred(written(tmp_path, text({**GOOD, "ort": values})))
    ort = found.input.columns[-1]
    assert isinstance(ort, CategoryColumn)
    assert ort.categories == ('Haus, "blau"\n2. Stock', "Wohnung")


def test_names_that_are_twice_or_empty_become_names_of_their_own(tmp_path: Path) -> None:
    """And the one that is meant can be named."""
    columns = {**GOOD, "a": GOOD["Alter"], "b": GOOD["Alter"]}
    file = written(tmp_path, text(columns, headers="Alter,Alter,,weg,x y,x-y"))
    found = inferred(file)
    assert [one.name for one in found.columns] == ["alter", "alter_2", "column_3", "x_y", "x_y_2"]
    assert "'alter', not 'Alter'" in next(found.doubts())
    assert "2 columns are called 'Alter': each got a name of its own" in set(found.doubts())
    assert inferred(file, target="column_3").label == "column_3"


def test_a_parquet_file_is_taken_too(tmp_path: Path) -> None:
    """Its types are known; dictionaries are words."""
    table = pyarrow.table(
        {
            "age": pyarrow.array(range(ROWS), pyarrow.int16()),
            "work": pyarrow.array(["a", "b"] * (ROWS // 2)).dictionary_encode(),
            "weg": [True, False] * (ROWS // 2),
        }
    )
    file = tmp_path / "rows.parquet"
    parquet.write_table(table, file)
    found = inferred(file, words=("age",))
    assert found.form == "Parquet" and found.target.output.labels == ("false", "true")
    assert [one.name for one in found.columns if one.column] == ["work"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "which is empty, expected a line of names and rows$"),
        (b"\xef\xbb\xbf \r\n", "which is empty, expected a line of names and rows$"),
        (b"sep=;\r\n", "which is empty, expected a line of names and rows$"),
        (b"a\n1\n2\n", "whose first line has one column, expected columns separated by"),
        (b"a,weg\n", "which has 0 rows, expected rows below the names"),
        (b"PK\x03\x04...", "which is an Excel workbook or a ZIP archive; save it as CSV"),
        (b"a,weg\n1,ja\n1,ja,3\n2,nein\n", "whose row 2 has 3, expected 2 values in each row"),
        (b"a,weg\n1,\x81\n", "whose byte 9 is none of Windows-1252, expected text in UTF-8"),
        (
            "a,weg\nKöln,ja\n".encode() + b"K\xf6ln,ja\n",
            "whose byte 17, in line 3, is not UTF-8, expected one encoding, as the letters before",
        ),
        (b"PAR1 and no more", "expected a readable Parquet file"),
        (b"39,Private,weg\n40,Public,ja\n", "expected one of 39, Private, weg; the first line has"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, content: bytes, message: str
) -> None:
    """Empty, one column, no rows, another format, an uneven row, no names."""
    file = tmp_path / "rows.csv"
    file.write_bytes(content)
    with pytest.raises(BadParameter, match=message) as caught:
        inferred(file, target="income" if b"39" in content else "weg")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_with_zero_bytes_is_refused(tmp_path: Path, encoding: str) -> None:
    """No database could store its words."""
    torn = text({**GOOD, "ort": ["Haus", "H\0f"] * (ROWS // 2)})
    with pytest.raises(BadParameter, match="which has zero bytes, expected a CSV file"):
        inferred(written(tmp_path, torn, encoding=encoding))
