"""A task's rows come from an ordinary Parquet file, and what is wrong with it is one sentence."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas
import pyarrow
import pytest
from pyarrow import parquet

from perennial.kinds.columns import CategoryColumn, NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from tests.toy.numbers import NUMBERS
from tests.training.bad_data import Altered
from training.errors import BadParameter
from training.task.rows_file import read_rows
from training.validation.task_data import validate

KIND = TableInput(
    columns=(
        TimeColumn(name="seen"),
        NumberColumn(name="age"),
        NumberColumn(name="gain"),
        CategoryColumn(name="work", categories=("Private", "Public")),
    )
)
ROWS = 120


def columns(**changed: Any) -> dict[str, Any]:
    """Return good columns, some of them changed."""
    works = ["Private", "Public", None] * (ROWS // 3)
    good = {
        "income": [0, 1] * (ROWS // 2),
        "work": works,
        "age": list(range(ROWS)),
        "gain": [None] * ROWS,
        "seen": [datetime(2026, 1, 1) + timedelta(hours=row) for row in range(ROWS)],
    }
    return good | changed


def written(folder: Path, table: pyarrow.Table) -> Path:
    """Write a file and return it."""
    parquet.write_table(table, folder / "rows.parquet")
    return folder / "rows.parquet"


def broken(folder: Path, file: Path, **options: Any) -> list[str]:
    """Return what `validate` says against the rows of a file."""
    rows = read_rows(file, KIND, label="income", **options)
    task = Altered(rows, KIND, ClassesOutput(labels=("0", "1")))
    numbers = NUMBERS.prepare
    return [str(one) for one in validate(task, numbers, folder / "feedback.parquet").broken]


def test_a_file_of_pandas_is_taken_as_it_is(tmp_path: Path) -> None:
    """Whole numbers, categories, an empty column, times without an offset, an index, 0 and 1."""
    frame = pandas.DataFrame(columns())
    frame["work"] = frame["work"].astype("category")
    frame = frame[frame["age"] != 7]
    frame.to_parquet(tmp_path / "rows.parquet")
    rows = read_rows(tmp_path / "rows.parquet", KIND, label="income")
    assert rows.table.schema.equals(KIND.arrow_schema()) and set(rows.labels) == {"0", "1"}
    first = rows.table.slice(0, 1).to_pylist()[0]
    assert (first["age"], first["gain"], first["work"]) == (0.0, None, "Private")
    assert first["seen"].isoformat() == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("age", pyarrow.float32(), range(ROWS)),
        ("age", pyarrow.bool_(), [True, None] * (ROWS // 2)),
        ("work", pyarrow.large_string(), ["Private"] * ROWS),
        ("seen", pyarrow.date32(), [date(2026, 1, 1)] * ROWS),
    ],
)
def test_types_that_lose_nothing_are_converted(
    tmp_path: Path, name: str, kind: pyarrow.DataType, values: Any
) -> None:
    """Other numbers, other text, days."""
    table = pyarrow.table(columns(**{name: pyarrow.array(values, kind)}))
    rows = read_rows(written(tmp_path, table), KIND, label="income")
    assert rows.table.schema.equals(KIND.arrow_schema())


ADVICE = "; convert it in the task's load"


@pytest.mark.parametrize(
    ("name", "values", "got"),
    [
        (
            "age",
            [str(row) for row in range(ROWS)],
            "type double: 1 of 1 columns failed: got string",
        ),
        ("age", [2**53 + 1] * ROWS, "type double: 1 of 1 columns failed: got int64"),
        ("work", list(range(ROWS)), "type string: 1 of 1 columns failed: got int64"),
        (
            "seen",
            ["2026-01-01"] * ROWS,
            "type timestamp[us, tz=UTC]: 1 of 1 columns failed: got string",
        ),
    ],
)
def test_a_type_that_would_lose_something_is_named(
    tmp_path: Path, name: str, values: list[Any], got: str
) -> None:
    """With the column, its type, and what to do."""
    file = written(tmp_path, pyarrow.table(columns(**{name: values})))
    assert broken(tmp_path, file) == [f"base.input.{name}: {got}{ADVICE}"]


def test_a_wrong_set_of_columns_is_named(tmp_path: Path) -> None:
    """Missing, renamed, doubled, and one that the input does not have."""
    table = pyarrow.table(columns())
    file = written(tmp_path, table.rename_columns(["income", "work", "Age", "gain", "seen"]))
    assert broken(tmp_path, file) == [
        "base.input.age: present: 1 of 1 columns failed: absent",
        "base.input: no unknown columns: 1 of 4 columns failed: Age",
    ]
    file = written(tmp_path, table.append_column("age", table["age"]))
    assert broken(tmp_path, file) == [
        "base.input: no column twice: 1 of 5 columns failed: age",
    ]
    file = written(tmp_path, table.append_column("id", table["age"]))
    assert broken(tmp_path, file) == ["base.input: no unknown columns: 1 of 5 columns failed: id"]
    assert not broken(tmp_path, file, unused=["id"])


def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    """Absent, not Parquet, without the label's column or with two of it."""
    file = tmp_path / "rows.parquet"
    with pytest.raises(BadParameter, match="rows.parquet: got nothing, expected a Parquet file; "):
        read_rows(file, KIND, label="income")
    file.write_text("age,work\n")
    with pytest.raises(BadParameter, match="expected a readable Parquet file$"):
        read_rows(file, KIND, label="income")
    table = pyarrow.table(columns())
    written(tmp_path, table)
    with pytest.raises(BadParameter, match="column Income: got nothing, expected one of .'income'"):
        read_rows(file, KIND, label="Income")
    written(tmp_path, table.append_column("income", table["income"]))
    with pytest.raises(BadParameter, match="column income: got 2 columns, expected one"):
        read_rows(file, KIND, label="income")


def test_labels_that_are_numbers_are_told_from_words(tmp_path: Path) -> None:
    """A `load` of one's own that returns numbers learns which words are expected."""
    rows = read_rows(written(tmp_path, pyarrow.table(columns())), KIND, label="income")
    numbers: Any = [int(label or 0) for label in rows.labels]
    changed = Altered(type(rows)(rows.table, numbers), KIND, ClassesOutput(labels=("0", "1")))
    found = validate(changed, NUMBERS.prepare, tmp_path / "feedback.parquet").broken
    assert "row 0: 0, expected the word '0'" in str(found[0])
