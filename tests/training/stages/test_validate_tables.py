"""Bad tables stop before anything is trained; messages have the column, the value, the rule."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.compute
import pyarrow.parquet
import pytest

from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from tests.toy.numbers import NUMBERS
from tests.training.bad_data import INCIDENT, Altered
from training.artifacts.splits import positions
from training.artifacts.feedback_columns import INPUT, pack, schema, unpack
from training.task.task import Rows
from training.validation.base import ADVICE
from training.validation.findings import Findings
from training.validation.table import check_table
from training.validation.task_data import validate

ROWS = 200
TABLE = TableInput(
    columns=(
        NumberColumn(name="age"),
        CategoryColumn(name="work", categories=("public", "private")),
    )
)
OUTPUT = ClassesOutput(labels=("no", "yes"))
Change = Callable[[pyarrow.Table], pyarrow.Table]


def good() -> pyarrow.Table:
    """Return rows of the table, each once."""
    works = ["public", "private", None, "new"] * (ROWS // 4)
    columns = {"age": np.arange(ROWS, dtype=np.float64), "work": works}
    return pyarrow.table(columns, schema=TABLE.arrow_schema())


def renamed(table: pyarrow.Table) -> pyarrow.Table:
    """Return the table with another name for a column."""
    return table.rename_columns(["Age", "work"])


def retyped(table: pyarrow.Table) -> pyarrow.Table:
    """Return the table with ages as words."""
    words = pyarrow.compute.cast(table["age"], pyarrow.string())
    return table.set_column(0, "age", words)


CHANGES: dict[str, tuple[Change, list[str]]] = {
    "missing": (
        lambda table: table.drop_columns(["age"]),
        ["input.age: present: 1 of 1 columns failed: absent"],
    ),
    "renamed": (
        renamed,
        [
            "input.age: present: 1 of 1 columns failed: absent",
            "input: no unknown columns: 1 of 2 columns failed: Age",
        ],
    ),
    "of another type": (
        retyped,
        ["input.age: type double: 1 of 1 columns failed: got string"],
    ),
    "twice": (
        lambda table: table.append_column("age", table["age"]),
        ["input: no column twice: 1 of 3 columns failed: age"],
    ),
}


def broken(rows: Rows, folder: Path) -> list[str]:
    """Return the rules that base rows break."""
    task = Altered(rows, TABLE, OUTPUT)
    findings = validate(task, NUMBERS.prepare, folder / "feedback.parquet")
    return [str(finding) for finding in findings.broken]


@pytest.mark.parametrize("what", CHANGES)
def test_a_wrong_column_of_base_rows_is_named(what: str, tmp_path: Path) -> None:
    """Missing, renamed, of another type, twice."""
    change, messages = CHANGES[what]
    rows = Rows(change(good()), ["no", "yes"] * (ROWS // 2))
    told = [message.replace("got string", f"got string{ADVICE}") for message in messages]
    assert broken(rows, tmp_path) == [f"base.{message}" for message in told]


@pytest.mark.parametrize("what", CHANGES)
def test_a_wrong_column_of_collected_rows_is_named(what: str, tmp_path: Path) -> None:
    """The same, within the one column that holds a collected row's input."""
    change, messages = CHANGES[what]
    changed = change(good())
    texts = [
        ["no", "yes"] * (ROWS // 2),
        ["2026-11-21T10:00:00+00:00"] * ROWS,
        [INCIDENT] * ROWS,
        [f"p{row}" for row in range(ROWS)],
        ["clinic"] * ROWS,
        [False] * ROWS,
        [None] * ROWS,
    ]
    table = pyarrow.table([pack(TABLE, good()), *texts], schema=schema(TABLE))
    chunks = [column.combine_chunks() for column in changed.columns]
    inputs = pyarrow.StructArray.from_arrays(chunks, fields=list(changed.schema))
    file = tmp_path / "feedback.parquet"
    pyarrow.parquet.write_table(table.set_column(0, INPUT, inputs), file)
    findings, task = Findings(), Altered(Rows(good(), ["no"] * ROWS), TABLE, OUTPUT)
    assert not check_table(findings, task, pyarrow.parquet.read_table(file))
    assert list(map(str, findings.broken)) == [f"feedback.{message}" for message in messages]
    assert unpack(table[INPUT]).equals(good())


LABELS: dict[str, tuple[list[str | None], list[str]]] = {
    "gaps": (
        ["no", None] * (ROWS // 2),
        [f"base.label: no missing values: {ROWS // 2} of {ROWS} rows failed: row 1: None"],
    ),
    "a single class": (
        ["no"] * ROWS,
        ["base.label: at least 50 rows of each label: 1 of 2 labels failed: 'yes' has 0"],
    ),
    "a label of no class": (
        [*["no", "yes"] * (ROWS // 2 - 1), "no", "Yes"],
        [f"base.label: one of 2 labels: 1 of {ROWS} rows failed: row {ROWS - 1}: 'Yes'"],
    ),
}


@pytest.mark.parametrize("what", LABELS)
def test_a_target_that_cannot_be_learned_is_named(what: str, tmp_path: Path) -> None:
    """With gaps, with one class alone, with a label that is none."""
    labels, messages = LABELS[what]
    found = broken(Rows(good(), labels), tmp_path)
    assert [text.partition("; ")[0] for text in found[:1]] == messages


def test_a_file_of_no_rows_is_named(tmp_path: Path) -> None:
    """Whether it has the task's rows or those that were collected."""
    assert broken(Rows(good()[:0], []), tmp_path) == ["base: not empty: 1 of 1 sets failed: 0 rows"]
    pyarrow.parquet.write_table(schema(TABLE).empty_table(), tmp_path / "feedback.parquet")
    rows = Rows(good(), ["no", "yes"] * (ROWS // 2))
    assert broken(rows, tmp_path) == ["feedback: not empty: 1 of 1 files failed: 0 rows"]


def test_a_category_that_only_test_rows_have_is_a_warning(tmp_path: Path) -> None:
    """The column, the rows and the category are named; such rows test what no model can know."""
    tested = positions(TABLE.identities(good())) < NUMBERS.prepare.test
    works = np.where(tested & (np.arange(ROWS) % 3 == 0), "private", "public").tolist()
    # The word is a part of the content, so a row may change its split with it.
    table = good().set_column(1, "work", pyarrow.array(works))
    again = positions(TABLE.identities(table)) < NUMBERS.prepare.test
    works = [work if again[row] else "public" for row, work in enumerate(works)]
    table = good().set_column(1, "work", pyarrow.array(works))
    task = Altered(Rows(table, ["no", "yes"] * (ROWS // 2)), TABLE, OUTPUT)
    findings = validate(task, NUMBERS.prepare, tmp_path / "feedback.parquet")
    assert not findings.broken
    (warning,) = (one for one in findings.warnings if one.column == "test.input.work")
    assert warning.rule == "a category of the training rows"
    assert warning.failed == works.count("private") > 0
    assert warning.samples[0].endswith(": private")
