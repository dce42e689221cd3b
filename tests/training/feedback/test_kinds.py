"""Labelled rows of tables and texts become training rows as they were sent."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow.parquet
import pytest
from sqlalchemy.engine import Engine

from perennial.kinds.columns import CategoryColumn, NumberColumn, TimeColumn
from perennial.kinds.contracts.inputs import same
from perennial.kinds.input_kind import InputKind
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.inputs.text import TextInput
from perennial.kinds.known import INPUTS
from perennial.kinds.outputs.classes import ClassesOutput
from service.store import tables, writes
from service.store.writes import Label, Observed
from tests.service.databases import NOW
from tests.training.bad_data import Altered
from training.artifacts.feedback import read_feedback
from training.artifacts.feedback_columns import INPUT, unpack
from training.feedback.file import append
from training.feedback.labelled import LabelledPrediction, read
from training.feedback.rows import read_rows
from training.feedback.selection import CollectedBefore, NewRows, select_new
from training.task.task import Rows
from training.validation.findings import Findings
from training.validation.table import check_table, require_valid

OUTPUT = ClassesOutput(labels=("no", "yes"))
TABLE = TableInput(
    columns=(
        TimeColumn(name="observed_at"),
        NumberColumn(name="age", low=0, high=120),
        CategoryColumn(name="label", categories=("Private", "Public")),
    )
)
ROWS = [
    [None, 39, "Private"],
    ["2026-11-21T10:00:00Z", None, "Öffentlich 🙂"],
    {"label": None, "age": 0.1, "observed_at": None},
]


def labelled(instances: list[Any], *, label: str = "yes") -> Iterator[LabelledPrediction]:
    """Return predictions of instances, as the service stored them in this or an older form."""
    for number, instance in enumerate(instances):
        time = "2026-11-21T10:00:00.000000+00:00"
        yield LabelledPrediction(f"p{number}", time, orjson.dumps(instance).decode(), label)


def select(kind: InputKind, instances: list[Any]) -> NewRows:
    """Return what is new of labelled instances."""
    return select_new(read_rows(labelled(instances), kind, OUTPUT), CollectedBefore(), kind=kind)


def test_nulls_and_words_are_collected(tmp_path: Path) -> None:
    """Missing stays missing, an unknown category its word; column names cannot clash with ours."""
    file = tmp_path / "data" / "feedback.parquet"
    assert append(file, TABLE, select(TABLE, ROWS).rows, "manual") == 3
    more = select(TABLE, [[None, 7, "Public"]]).rows
    assert append(file, TABLE, more, "0123456789ab") == 4
    table = pyarrow.parquet.read_table(file)
    assert table["label"].to_pylist() == ["yes"] * 4
    inputs = unpack(table[INPUT])
    assert inputs["label"].to_pylist() == ["Private", "Öffentlich 🙂", None, "Public"]
    assert inputs["age"].to_pylist() == [39, None, 0.1, 7]
    assert same(TABLE.from_arrow(inputs)[:3], TABLE.read(ROWS))


def test_a_collected_table_is_valid_and_can_be_trained_on(tmp_path: Path) -> None:
    """The pipeline's first stage takes the file, and the splits get the model's arrays."""
    file = tmp_path / "feedback.parquet"
    append(file, TABLE, select(TABLE, ROWS).rows, "0123456789ab")
    task = Altered(Rows(TABLE.to_arrow([]), []), TABLE, OUTPUT)
    require_valid(task, file)
    collected = read_feedback(task, file)
    assert collected.newest == "0123456789ab" and set(collected.split.labels) == {1}
    back = np.argsort(collected.places)
    assert same(collected.split.inputs[back], TABLE.read(ROWS))
    broken = pyarrow.parquet.read_table(file).set_column(0, INPUT, [["39"] * 3])
    findings = Findings()
    assert not check_table(findings, task, broken)
    (wrong,) = findings.broken
    assert str(wrong).startswith("feedback.input: type struct<observed_at: timestamp")


def test_what_the_rules_exclude_is_counted() -> None:
    """A client may send any age; training takes those of the column's range, and new words."""
    rows = [[None, 130, "Private"], [None, 1, "Private"], [None, 2, "new"], [None, "x", "Private"]]
    found = str(select(TABLE, rows))
    assert found.startswith("2 new of 4 labelled rows read")
    assert "1 with values that the task rules out" in found
    assert "1 unreadable (p3: instances[0][1]: got 'x', expected a number or null" in found


def test_texts_are_collected(tmp_path: Path) -> None:
    """Equal texts too, since people write the same, and a blank one not at all."""
    kind = TextInput()
    new = select(kind, ["rain 🙂", "sun\0", "rain 🙂", "  "])
    file = tmp_path / "feedback.parquet"
    append(file, kind, new.rows, "manual")
    assert pyarrow.parquet.read_table(file)[INPUT].to_pylist() == ["rain 🙂", "sun\0", "rain 🙂"]
    assert "0 repeats" in str(new) and "1 with values that the task rules out" in str(new)


every_kind = pytest.mark.parametrize(
    "kind", [kind.example() for kind in INPUTS.values()], ids=INPUTS
)


@every_kind
def test_what_the_service_stores_is_what_training_reads(
    kind: InputKind, engine: Engine, url: str
) -> None:
    """Through SQLite and PostgreSQL: no character and no digit changes."""
    sent = kind.examples(20, 2)
    tables.create(engine)
    texts = [kind.stored(instance) for instance in sent]
    answers = OUTPUT.answers(OUTPUT.examples(20, 2))
    for number, answer in enumerate(answers):
        answer["prediction_id"] = f"p{number:02}"
    request = Observed("task", "1.0.0", OUTPUT, NOW, texts, answers)
    writes.insert_predictions(engine, [request])
    given = [Label(answer["prediction_id"], "yes") for answer in answers]
    writes.insert_feedback(engine, given, outputs=lambda model, version: OUTPUT, now=NOW)
    rows = read_rows(read(url, "task", None), kind, OUTPUT)
    assert rows.unreadable == [] and rows.inputs.equals(kind.to_arrow(sent))


@every_kind
def test_rows_of_every_kind_come_back_from_the_file(kind: InputKind, tmp_path: Path) -> None:
    """What the file gives is what the service predicted."""
    rows = read_rows(labelled(kind.examples(30, 1)), kind, OUTPUT)
    file = tmp_path / "feedback.parquet"
    append(file, kind, rows, "manual")
    append(file, kind, rows, "manual")
    inputs = unpack(pyarrow.parquet.read_table(file)[INPUT])
    expected = kind.read(kind.examples(30, 1))
    assert same(kind.from_arrow(inputs)[:30], expected)
    assert same(kind.from_arrow(inputs)[30:], expected)
