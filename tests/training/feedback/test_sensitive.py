"""Training has no sensitive column: not of its own rows, nor of rows that were collected."""

from pathlib import Path

import orjson
import pyarrow
import pyarrow.parquet
import pytest

from perennial.kinds.columns import NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.kinds.sensitive import SensitiveColumn
from tests.toy.numbers import NUMBERS
from tests.training.bad_data import Altered
from training.artifacts.feedback_columns import INPUT
from training.feedback.erasure import Dropped, drop
from training.feedback.file import append
from training.feedback.labelled import LabelledPrediction
from training.feedback.rows import read_rows
from training.task import rows_file
from training.task.task import Rows
from training.validation.task_data import validate

OUTPUT = ClassesOutput(labels=("no", "yes"))
BEFORE = TableInput(columns=(NumberColumn(name="age"), NumberColumn(name="customer")))
NOW = TableInput(
    columns=(NumberColumn(name="age"), SensitiveColumn(name="customer", sensitive="hash"))
)
ROWS = 200
OWN = {"age": [float(row) for row in range(ROWS)], "customer": [4711.0] * ROWS}
LABELS = ["no", "yes"] * (ROWS // 2)


def broken(rows: Rows, folder: Path) -> list[str]:
    """Return what `validate` has against a task's own rows."""
    task = Altered(rows, NOW, OUTPUT)
    found = validate(task, NUMBERS.prepare, folder / "feedback.parquet")
    return [str(finding) for finding in found.broken]


def test_rows_with_a_sensitive_column_are_refused(tmp_path: Path) -> None:
    """A model that was taught it would know more than it can be taught later."""
    table = pyarrow.table(OWN)
    assert broken(Rows(table, LABELS), tmp_path) == [
        "base.input: no sensitive columns: 1 of 2 columns failed: customer"
    ]
    assert broken(Rows(table.drop_columns(["customer"]), LABELS), tmp_path) == []


def test_a_file_of_rows_is_read_without_its_sensitive_columns(tmp_path: Path) -> None:
    """Nobody has to take them out first, and nothing of them gets into the splits."""
    pyarrow.parquet.write_table(pyarrow.table(OWN | {"y": LABELS}), tmp_path / "rows.parquet")
    rows = rows_file.read_rows(tmp_path / "rows.parquet", NOW, label="y")
    assert rows.table.column_names == ["age"] and broken(rows, tmp_path) == []


def collected(file: Path) -> None:
    """Write a feedback file of before the column was sensitive."""
    sent = [orjson.dumps({"age": age, "customer": 4711}).decode() for age in (1, 2)]
    time = "2026-11-21T10:00:00.000000+00:00"
    labelled = [LabelledPrediction(f"p{at}", time, text, "yes") for at, text in enumerate(sent)]
    append(file, BEFORE, read_rows(labelled, BEFORE, OUTPUT), "manual")


def test_a_column_that_is_sensitive_now_leaves_what_was_collected(tmp_path: Path) -> None:
    """The next collection drops it, tracks the file again, and says so; then it is clean."""
    file, tracked = tmp_path / "feedback.parquet", list[Path]()
    collected(file)
    task = Altered(Rows(NOW.to_arrow([]), []), NOW, OUTPUT)
    dropped = drop(task, file, {}, track=tracked.append)
    assert dropped == Dropped(0, ("customer",)) and str(dropped).endswith("dropped: customer")
    inputs = pyarrow.parquet.read_table(file)[INPUT].to_pylist()
    assert inputs == [{"age": 1.0}, {"age": 2.0}] and tracked == [file]
    assert not drop(task, file, {}, track=tracked.append) and tracked == [file]


def test_a_file_that_cannot_be_read_is_left_to_the_rules(tmp_path: Path) -> None:
    """They name it; nothing is dropped from it."""
    file = tmp_path / "feedback.parquet"
    file.write_bytes(b"no Parquet")
    task = Altered(Rows(NOW.to_arrow([]), []), NOW, OUTPUT)
    assert not drop(task, file, {}, track=lambda _: pytest.fail("tracked"))
    assert file.read_bytes() == b"no Parquet"
