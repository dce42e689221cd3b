"""What is predicted: labels with enough rows of each, or an amount."""

from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from perennial.kinds.outputs.number import NumberOutput
from tests.training.bring.files import GOOD, ROWS, column, inferred, text, written
from training.errors import BadParameter


def test_rows_without_a_label_are_left_out_and_counted(tmp_path: Path) -> None:
    """They cannot be learned from."""
    values = ["ja", "nein", "?", "ja", "nein", ""]
    found = column(tmp_path, values, target="x")
    assert (len(found.rows), found.dropped) == (160, 80)
    assert "80 rows without a x: left out" in list(found.doubts())


def test_a_rare_label_is_a_doubt_and_one_of_a_few_rows_is_refused(tmp_path: Path) -> None:
    """The sentence names it and says what to do."""
    found = column(tmp_path, ["ja"] * 200 + ["nein"] * 40, target="x")
    assert "x: the label 'nein' is in 40 rows only; scores of so few are uncertain" in set(
        found.doubts()
    )
    with pytest.raises(BadParameter, match="TARGET: got x, whose labels with fewer are 'nein' .3."):
        column(tmp_path, ["ja"] * 237 + ["nein"] * 3, target="x")


def test_labels_that_differ_in_capitals_only_are_a_doubt(tmp_path: Path) -> None:
    """People who wrote one label in two ways would get a model of both."""
    found = column(tmp_path, ["Yes", "no", "yes", "NO"], target="x")
    doubt = "words that differ in capitals, spaces or Unicode's forms only: 'NO' and 'no', 'Yes'"
    assert any(doubt in each for each in found.doubts()), list(found.doubts())


@pytest.mark.parametrize("words", [("EU", "NA", "AS"), ("+", "-", "?")])
def test_a_label_that_looks_like_a_gap_is_named_and_can_be_kept(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    """By naming the words that are gaps, which later files have too."""
    kept = column(tmp_path, words, target="x", gaps=("n/a",))
    assert kept.target.output.labels == tuple(sorted(words)) and kept.dropped == 0
    assert kept.reading.gaps == ("n/a",)
    if "EU" in words:
        doubt = "x: gaps are written as 'NA'; GAPS= names those that are gaps, if not all are"
        assert doubt in set(column(tmp_path, words, target="x").doubts())
    else:
        with pytest.raises(BadParameter, match="two labels; gaps are written as '-', '.'; GAPS="):
            column(tmp_path, words, target="x")


def test_a_target_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    """Else the one would tell the other."""
    file = written(tmp_path, text({**GOOD, "b": GOOD["weg"]}, headers="Alter,g,Vertrag,weg,weg"))
    with pytest.raises(BadParameter, match="TARGET: got weg, which 2 columns are called, expected"):
        inferred(file)


def test_numbers_are_labels_as_words(tmp_path: Path) -> None:
    """As a client will send them."""
    assert column(tmp_path, ["0", "1"], target="x").target.output.labels == ("0", "1")


def test_the_name_of_a_signals_bin_is_no_label(tmp_path: Path) -> None:
    """It is written with a capital, and said so."""
    found = column(tmp_path, ["other", "cat"], target="x")
    assert found.target.output.labels == ("Other", "cat")
    assert "x: the label 'other' is now 'Other', in answers too" in set(found.doubts())


def test_an_amount_has_a_range_and_limits_in_its_own_unit(tmp_path: Path) -> None:
    """The worst error allowed is twice that of one answer for all rows."""
    values = [f"{100 * (row % 10)}" for row in range(ROWS)]
    found = column(tmp_path, values, target="x", output="number").target
    assert isinstance(found.output, NumberOutput) and found.output.low == 0
    assert (found.says, found.floor) == ("numbers from 0 to 900, median 450", 500)
    assert found.tolerance == pytest.approx(0.001)
    signed = column(tmp_path, ["-1,5", "2,5", "?"], target="x", output="number")
    assert isinstance(signed.target.output, NumberOutput) and signed.target.output.low is None
    assert signed.dropped == 80
    assert (signed.target.output.unit, signed.header) == ("", "x")
    with pytest.raises(BadParameter, match="TARGET: got Vertrag, with 'Monat', expected a column"):
        column(tmp_path, values, target="Vertrag", output="number")


def test_numbers_that_are_too_large_are_not_known(tmp_path: Path) -> None:
    """As amounts; of a Parquet file, as words they are labels all the same."""
    values = ["1e400", *(f"{row / 7:.3f}" for row in range(1, ROWS))]
    found = column(tmp_path, values, target="x", output="number")
    assert found.dropped == 1 and "numbers and '1e400' (1 row)" in " ".join(found.doubts())
    table = pyarrow.table({"a": [row % 9 + 0.5 for row in range(ROWS)], "x": [1e20, 2e20] * 120})
    parquet.write_table(table, tmp_path / "rows.parquet")
    labels = inferred(tmp_path / "rows.parquet", target="x").target.output.labels
    assert labels == ("1e+20", "2e+20")


@pytest.mark.parametrize("header", ["Miete (kalt) (€)", "Miete [€]", "Miete ( € )"])
def test_a_unit_is_taken_from_the_name(tmp_path: Path, header: str) -> None:
    """What it ends with in brackets."""
    columns = {**GOOD, header: [str(row / 2) for row in range(ROWS)]}
    found = inferred(written(tmp_path, text(columns)), target=header, output="number")
    assert isinstance(found.target.output, NumberOutput) and found.target.output.unit == "€"
    assert f"({header!r})" in list(found.says())[-1] and list(found.says())[-1].endswith("in €")


def test_small_numbers_are_checked_as_closely_as_large_ones(tmp_path: Path) -> None:
    """The tolerance of the export is a small part of them, so that a bundle can fail it."""
    found = column(
        tmp_path, [f"{row}e-8" for row in range(100)], target="x", output="number"
    ).target
    assert found.tolerance == pytest.approx(1e-12)


def test_numbers_that_float32_cannot_tell_apart_are_refused(tmp_path: Path) -> None:
    """A model answers in float32, which has every second whole number over 16,777,216."""
    far = [f"{1_700_000_000 + row}" for row in range(100)]
    with pytest.raises(BadParameter, match="float32 has steps of 128 there, and they differ by 25"):
        column(tmp_path, far, target="x", output="number")
    near = [f"{200_000 + row}" for row in range(100)]
    found = column(tmp_path, near, target="x", output="number").target
    assert found.tolerance == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["ja"], "TARGET: got x, with 1 different value, expected at least two labels"),
        ([str(row) for row in range(ROWS)], "at most 200 labels; OUTPUT=number predicts an amount"),
        ([f"w{row % 40}" for row in range(ROWS)], "at least 10 rows of each label; leave these"),
        (["a" * 201, "b"], "expected labels of at most 200 characters"),
    ],
)
def test_a_column_that_cannot_be_labels_is_refused(
    tmp_path: Path, values: list[str], message: str
) -> None:
    """With the output that it may be in its place."""
    with pytest.raises(BadParameter, match=message):
        column(tmp_path, values, target="x")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "Churn"}, "NAME: got 'Churn', expected a name of small letters"),
        ({"name": ""}, "NAME: got '', expected a name of small letters"),
        *(({"name": name}, f"NAME: got '{name}', expected") for name in ("none", "true", "false")),
        ({"kind": "image"}, "KIND: got 'image', expected table; rows of the kind image are not"),
        ({"kind": "text"}, "KIND: got 'text', expected table; rows of the kind text are not inf"),
        ({"kind": "sound"}, "KIND: got 'sound', expected table$"),
        ({"output": "rank"}, "OUTPUT: got 'rank', expected one of classes"),
        ({"target": ""}, "TARGET: got nothing, expected the name of the column to predict"),
        ({"target": "gone"}, "TARGET: got 'gone', expected one of Alter, Größe, Vertrag, weg"),
        ({"time": "gone"}, "TIME: got 'gone', expected one of"),
        ({"time": "Alter"}, "TIME: got Alter, with '20' in row 1, expected times, such as"),
        ({"target": "wegg"}, "expected one of Alter, Größe, Vertrag, weg; perhaps 'weg'$"),
        ({"time": "weg"}, "TIME: got 'weg', expected a column that TARGET does not name too"),
        ({"unused": ("WEG",)}, "UNUSED: got 'WEG', expected a column that TARGET does not name"),
        ({"decimal": "x"}, r"DECIMAL: got 'x', expected one of \., ,"),
        ({"dates": "ymd"}, "DATES: got 'ymd', expected one of dmy, mdy"),
        ({"sensitive": {"Alter": "hide"}}, "SENSITIVE Alter: got 'hide', expected one of drop, h"),
        (
            {"file": Path("gone.csv")},
            "FILE: got 'gone.csv', expected an existing CSV or Parquet file",
        ),
        ({"file": Path()}, "FILE: got nothing, expected an existing CSV or Parquet file"),
    ],
)
def test_a_wrong_argument_is_one_sentence(
    tmp_path: Path, options: dict[str, object], message: str
) -> None:
    """With the variable, its value, and what was expected."""
    file = written(tmp_path, text(GOOD))
    with pytest.raises(BadParameter, match=message):
        inferred(**{"file": file, **options})  # type: ignore[arg-type]
