"""Bad rows stop before anything is written, and the message names every broken rule."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from tests.toy.numbers import NUMBERS
from tests.toy.task import TASK
from tests.training.bad_data import INCIDENT, Altered, Base, Stage, feedback, good
from tests.training.bad_data import with_values as changed
from training.artifacts.splits import SPLITS, positions
from training.stages.validate import main
from training.task.schema import Schema
from training.task.task import Rows
from training.validation.task_data import validate

Change = Callable[[Base], Base]
TOLERANT = Schema(most_duplicates=0.01)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Return a repository where an earlier run wrote."""
    return Stage(tmp_path)


def cells(*values: tuple[tuple[int, int, int], float]) -> Change:
    """Return what writes values into inputs."""

    def change(rows: Base) -> Base:
        for place, value in values:
            rows.inputs[place] = value
        return rows

    return change


def label(row: int, value: str | None) -> Change:
    """Return what writes a label."""

    def change(rows: Base) -> Base:
        rows.labels[row] = value
        return rows

    return change


def repeated(rows: Base) -> Base:
    """Write the first row over seven others."""
    rows.inputs[10:17] = rows.inputs[0]
    return rows


def without(label: str, most: int) -> Change:
    """Return what leaves only so many rows of a label."""

    def change(rows: Base) -> Base:
        gone = [row for row, word in enumerate(rows.labels) if word == label][most:]
        kept = [row for row in range(len(rows.labels)) if row not in set(gone)]
        return Base(rows.inputs[kept], [rows.labels[row] for row in kept])

    return change


def small(rows: Base) -> Base:
    """Cut a row off each image."""
    return Base(rows.inputs[:, 1:], rows.labels)


SEVEN = "; ".join(f"row {row}: the same as row 0" for row in range(10, 15))
FIVE_SMALL = "; ".join(f"row {row}: 56 values" for row in range(5))
BAD: dict[str, tuple[Change, str]] = {
    "missing value": (
        cells(((3, 0, 5), np.nan)),
        "base.input: no missing values: 1 of 1797 rows failed: row 3: nan at (0, 5)",
    ),
    "out of range": (
        cells(((3, 0, 0), 17), ((9, 1, 2), -1)),
        "base.input: values from 0 to 16: 2 of 1797 rows failed: "
        "row 3: 17.0 at (0, 0); row 9: -1.0 at (1, 2)",
    ),
    "infinite": (
        cells(((3, 0, 0), np.inf)),
        "base.input: values from 0 to 16: 1 of 1797 rows failed: row 3: inf at (0, 0)",
    ),
    "no grey level": (
        cells(((3, 0, 0), 0.5)),
        "base.input: whole numbers: 1 of 1797 rows failed: row 3: 0.5 at (0, 0)",
    ),
    "wrong shape": (
        small,
        f"base.input: 64 values: 1797 of 1797 rows failed: {FIVE_SMALL}",
    ),
    "unknown label": (
        label(4, "ten"),
        "base.label: one of 10 labels: 1 of 1797 rows failed: row 4: 'ten'",
    ),
    "missing label": (
        label(4, None),
        "base.label: no missing values: 1 of 1797 rows failed: row 4: None",
    ),
    "no row of a label": (
        without("3", 0),
        "base.label: at least 50 rows of each label: 1 of 10 labels failed: '3' has 0",
    ),
    "too few of a label": (
        without("3", 49),
        "base.label: at least 50 rows of each label: 1 of 10 labels failed: '3' has 49",
    ),
    "duplicates": (repeated, f"base.input: no duplicates: 7 of 1797 rows failed: {SEVEN}"),
    "empty": (
        lambda rows: Base(rows.inputs[:0], []),
        "base: not empty: 1 of 1 sets failed: 0 rows",
    ),
    "a label too few": (
        lambda rows: Base(rows.inputs, rows.labels[1:]),
        "base: as many labels as inputs: 1 of 1 sets failed: 1797 inputs, 1796 labels",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_base_rows_stop(stage: Stage, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """Column, rule, how many of how many and sample rows are named; no file changes."""
    change, message = BAD[kind]
    before = stage.state()
    assert stage.validate(Altered(change(good()).rows())) == 2
    head, *lines = capsys.readouterr().err.splitlines()
    assert head.startswith("InvalidData: toy: ") and head.endswith("nothing was written")
    assert message in [line.strip() for line in lines]
    assert stage.state() == before


def test_test_rows_among_training_rows_stop(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the publishers' own test rows are trained on, both places of the row are named."""
    rows = good()
    held_out = np.arange(len(rows.labels)) >= 1697
    share = NUMBERS.prepare.validation
    identities = TASK.input.identities(rows.rows().table)
    trained = int(np.flatnonzero(positions(identities) >= share)[0])
    rows.inputs[1790] = rows.inputs[trained]
    before = stage.state()
    assert stage.validate(Altered(rows.rows(held_out), schema=TOLERANT)) == 2
    message = f"not in train: 1 of 100 rows failed: base row {trained} = base row 1790"
    assert capsys.readouterr().err.splitlines()[1:] == [f"  test.input: {message}"]
    assert stage.state() == before


def test_all_broken_rules_are_named_at_once(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Base rows and the feedback file can both be bad, each in several ways."""
    rows = label(4, "ten")(cells(((3, 0, 0), 17), ((5, 0, 0), np.nan))(repeated(good())))
    stage.collected(changed(feedback(), "label", {7: "eleven", 9: None}))
    assert stage.validate(Altered(rows.rows())) == 2
    head, *lines = capsys.readouterr().err.splitlines()
    assert head == "InvalidData: toy: 6 rules failed, nothing was written"
    assert [line.split(": ")[:2] for line in lines] == [
        ["  base.input", "no missing values"],
        ["  base.input", "values from 0 to 16"],
        ["  base.input", "no duplicates"],
        ["  base.label", "one of 10 labels"],
        ["  feedback.label", "no missing values"],
        ["  feedback.label", "one of 10 labels"],
    ]


def test_good_rows_leave_findings(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows per source, and every rule with how many it checked; only the findings change."""
    before = stage.state()
    stage.collected(feedback())
    assert stage.validate() == 0
    found = json.loads(stage.findings.read_text())
    assert found["rows"] == {"base": 1797, INCIDENT: 200} and found["warnings"] == []
    keys = {"column", "rule", "checked", "failed", "samples"}
    assert all(set(check) == keys and check["failed"] == 0 for check in found["checks"])
    said = {(check["column"], check["rule"]): check["checked"] for check in found["checks"]}
    assert said["base.input", "values from 0 to 16"] == 1797
    assert said["feedback.prediction_id", "no duplicates"] == 200
    sizes = [said[f"{name}.input", "not in train"] for name in SPLITS[1:]]
    assert 0 < sum(sizes) < 1997 and ("test.input", "not in validation") in said
    assert f"base: 1,797 rows, {INCIDENT}: 200 rows; " in capsys.readouterr().out
    after = stage.state()
    assert {file for file in after if after[file] != before.get(file)} == {
        str(stage.findings),
        str(stage.feedback),
    }


def test_what_may_be_fine_is_a_warning(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Few rows of a label, uneven shares, allowed duplicates, contradictions are only shown."""
    rows = without("3", 49)(good())
    rows.inputs[1] = rows.inputs[0]
    stage.collected(changed(feedback(20), "label", {row: "7" for row in range(20)}))
    assert stage.validate(Altered(rows.rows(), schema=TOLERANT)) == 0
    found = {
        (warning["column"], warning["rule"]): warning["samples"]
        for warning in json.loads(stage.findings.read_text())["warnings"]
    }
    assert found["base.label", "at least 100 rows of each label"] == ["'3' has 49"]
    assert found["base.label", "shares within 3 times of 10.0%"] == ["'3' has 2.9%"]
    assert found["base.input", "no duplicates"] == ["row 1: the same as row 0"]
    best = "on these rows no model has accuracy over 0.9994"
    assert found["all.label", f"one label for equal rows ({best})"] == [
        "base row 1 is '1' but base row 0 is '0'"
    ]
    assert found["feedback.label", "shares within 3 times of 10.0%"][0] == "'7' has 100.0%"
    assert capsys.readouterr().out.count("warning: ") == 5


def test_feedback_that_contradicts_a_base_row_is_a_warning(stage: Stage) -> None:
    """Both rows and both labels are named; the file's row is called by its place there."""
    rows = good()
    table = changed(feedback(), "input", {150: rows.inputs[8].ravel()})
    stage.collected(changed(table, "label", {150: "0"}))
    assert stage.validate() == 0
    (warning,) = json.loads(stage.findings.read_text())["warnings"]
    assert warning["samples"] == ["feedback row 150 is '0' but base row 8 is '8'"]


def test_each_column_of_a_table_has_rules_of_its_own(tmp_path: Path) -> None:
    """A number out of its range, a category that nobody declared, a missing value are named."""
    table = TableInput(
        columns=(
            NumberColumn(name="age", low=0, high=120, whole=True),
            CategoryColumn(
                name="work", categories=("public", "private"), missing=False, others=False
            ),
        )
    )
    values = np.stack([np.arange(200) % 100, np.arange(200) // 100], axis=1).astype(np.float32)
    labels = ["no", "yes"] * 100
    values[3, 0], values[4, 0], values[5, 1], values[6, 1] = 130, np.nan, 2, np.nan
    rows = Rows(table.arrow_of(values), labels)
    task = Altered(rows, table, ClassesOutput(labels=("no", "yes")))
    findings = validate(task, NUMBERS.prepare, tmp_path / "feedback.parquet")
    assert [str(finding) for finding in findings.broken] == [
        "base.input.age: values from 0 to 120: 1 of 200 rows failed: row 3: 130.0",
        "base.input.work: no missing values: 1 of 200 rows failed: row 6: None",
        "base.input.work: one of 2 categories: 1 of 200 rows failed: row 5: other",
    ]


def test_without_feedback_nothing_slow_is_imported(stage: Stage) -> None:
    """The stage answers in a second or two: no scikit-learn, pandas or TensorFlow."""
    code = f"""
import sys
from pathlib import Path
from tests.toy.task import TASK
from training.stages.validate import main
main(["--task=toy"], root=Path({str(stage.root)!r}), tasks={{"toy": TASK}})
slow = {{"sklearn", "scipy", "pandas", "pandera", "tensorflow", "sqlalchemy"}} & set(sys.modules)
sys.exit(f"imported: {{slow}}" if slow else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_unknown_task_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The command line says which there are."""
    with pytest.raises(SystemExit, match="2"):
        main(["--task=cats"], tasks={"news": TASK, "toy": TASK})
    assert "argument --task: got 'cats', expected one of news, toy" in capsys.readouterr().err
