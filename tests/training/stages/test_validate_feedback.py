"""A feedback file with anything wrong in it stops the pipeline, read as it is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow
import pytest

from tests.training.bad_data import Stage, feedback, with_values

Change = Callable[[pyarrow.Table], pyarrow.Table]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Return a repository where an earlier run wrote."""
    return Stage(tmp_path)


def cells(column: str, **values: object) -> Change:
    """Return what writes values into rows of a column, `row3=…`."""
    chosen = {int(name.removeprefix("row")): value for name, value in values.items()}
    return lambda table: with_values(table, column, chosen)


def image(*values: float | None) -> list[float | None]:
    """Return an input that starts with these values."""
    return [*values, *[1.0] * (64 - len(values))]


def numbered(table: pyarrow.Table) -> pyarrow.Table:
    """Return the table with numbers for labels."""
    labels = pyarrow.array([int(label) for label in table["label"].to_pylist()])
    return table.set_column(1, "label", labels)


BAD: dict[str, tuple[Change, str]] = {
    "absent column": (
        lambda table: table.drop_columns("label"),
        "feedback.label: present: 1 of 1 columns failed: absent",
    ),
    "absent inputs": (
        lambda table: table.drop_columns("input"),
        "feedback.input: present: 1 of 1 columns failed: absent",
    ),
    "unknown column": (
        lambda table: table.append_column("score", table["label"]),
        "feedback: no unknown columns: 1 of 9 columns failed: score",
    ),
    "wrong type": (
        numbered,
        "feedback.label: type string: 1 of 1 columns failed: got int64",
    ),
    "unknown label": (
        cells("label", row4="eleven", row6="-1"),
        "feedback.label: one of 10 labels: 2 of 200 rows failed: row 4: eleven; row 6: -1",
    ),
    "missing label": (
        cells("label", row4=None),
        "feedback.label: no missing values: 1 of 200 rows failed: row 4: missing",
    ),
    "missing input": (
        cells("input", row5=None),
        "feedback.input: 64 values: 1 of 200 rows failed: row 5: 0 values",
    ),
    "wrong length": (
        cells("input", row5=[1.0] * 63, row7=[]),
        "feedback.input: 64 values: 2 of 200 rows failed: row 5: 63 values; row 7: 0 values",
    ),
    "missing value": (
        cells("input", row5=image(2, None)),
        "feedback.input: no missing values: 1 of 200 rows failed: row 5: nan at (0, 1)",
    ),
    "no number": (
        cells("input", row5=image(2, np.nan)),
        "feedback.input: no missing values: 1 of 200 rows failed: row 5: nan at (0, 1)",
    ),
    "infinite": (
        cells("input", row5=image(-np.inf)),
        "feedback.input: values from 0 to 16: 1 of 200 rows failed: row 5: -inf at (0, 0)",
    ),
    "out of range, after a row of wrong length": (
        cells("input", row2=[], row5=image(17)),
        "feedback.input: values from 0 to 16: 1 of 200 rows failed: row 5: 17.0 at (0, 0)",
    ),
    "duplicates": (
        cells("input", row5=image(2), row9=image(2), row11=image(2)),
        "feedback.input: no duplicates: 2 of 200 rows failed: "
        "row 9: the same as row 5; row 11: the same as row 5",
    ),
    "equal but for the sign of zero": (
        cells("input", row5=image(0.0), row9=image(-0.0)),
        "feedback.input: no duplicates: 1 of 200 rows failed: row 9: the same as row 5",
    ),
    "a prediction twice": (
        cells("prediction_id", row5="p3"),
        "feedback.prediction_id: no duplicates: 1 of 200 rows failed: row 5: p3",
    ),
    "no moment": (
        cells("observed_at", row5="yesterday"),
        "feedback.observed_at: an ISO time: 1 of 200 rows failed: row 5: yesterday",
    ),
    "the base rows' name": (
        cells("incident", row5="base"),
        "feedback.incident: 12 hex digits or manual: 1 of 200 rows failed: row 5: base",
    ),
    "no rows": (
        lambda table: table[:0],
        "feedback: not empty: 1 of 1 files failed: 0 rows",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_stops(stage: Stage, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """Column, rule, how many of how many and sample rows are named; no file changes."""
    change, message = BAD[kind]
    stage.collected(change(feedback()))
    before = stage.state()
    assert stage.validate() == 2
    assert message in [line.strip() for line in capsys.readouterr().err.splitlines()[1:]]
    assert stage.state() == before


def test_at_most_five_rows_are_shown(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """All are counted, the first five are shown in their order, long values cut."""
    labels = {row: f"{row} " + "x" * 100 for row in range(100, 150)}
    stage.collected(with_values(feedback(), "label", labels))
    assert stage.validate() == 2
    (line,) = capsys.readouterr().err.splitlines()[1:]
    rows = [said.split(": ")[0] for said in line.split("failed: ")[1].split("; ")]
    assert "50 of 200 rows failed" in line and len(line) < 450
    assert rows == [f"row {row}" for row in range(100, 105)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "failed: 0 bytes"),
        (b"PAR1 but no more", "Parquet magic bytes not found"),
        (None, "Couldn't deserialize"),
    ],
)
def test_a_file_that_cannot_be_read_stops(
    stage: Stage, capsys: pytest.CaptureFixture[str], content: bytes | None, problem: str
) -> None:
    """Empty, something else or half of it: the message says that it is no Parquet file."""
    stage.collected(feedback())
    whole = stage.feedback.read_bytes()
    damaged = whole[:-300] + b"\xff" * 292 + whole[-8:]
    stage.feedback.write_bytes(damaged if content is None else content)
    before = stage.state()
    assert stage.validate() == 2
    (line,) = capsys.readouterr().err.splitlines()[1:]
    assert line.startswith("  feedback: a readable Parquet file: 1 of 1 files failed: ")
    assert problem in line
    assert stage.state() == before


def test_a_file_that_was_not_pulled_stops(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Without it the base rows alone would pass, and the model would forget what it learnt."""
    stage.feedback.with_name("feedback.parquet.dvc").write_text("outs: []\n")
    assert stage.validate() == 2
    assert "not found, but DVC tracks it: run 'dvc pull'" in capsys.readouterr().err
