"""The story of time begins with the earlier half of the rows, and sends the later half."""

from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from demo.errors import NoHistory
from demo.inputs.known import demo_input
from demo.pools import in_time
from demo.stories.history import take_later
from perennial.kinds.columns import NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from training.task.rows_file import read_rows
from training.task.schema import Schema
from training.task.task import Rows

HOURS = [5, 1, 3, None, 0, 2, 4, 6]


class Readings:
    """Levels by the hour, in no order."""

    input = TableInput(columns=(TimeColumn(name="at"), NumberColumn(name="level")))
    output = ClassesOutput(labels=("low", "high"))
    schema = Schema()
    about = "Made up by the tests."

    def __init__(self, file: Path) -> None:
        self.file = file
        times = [None if hour is None else hour * 3_600_000_000 for hour in HOURS]
        at = pyarrow.array(times, pyarrow.timestamp("us", tz="UTC"))
        level = [None if hour is None else float(hour) for hour in HOURS]
        words = ["high" if hour and hour > 2 else "low" for hour in HOURS]
        parquet.write_table(pyarrow.table({"at": at, "level": level, "word": words}), file)

    def load(self) -> Rows:
        """Return what is left of them."""
        return read_rows(self.file, self.input, label="word")


@pytest.fixture
def task(tmp_path: Path) -> Readings:
    """A task whose rows are a file."""
    return Readings(tmp_path / "rows.parquet")


def test_the_first_model_gets_the_earlier_half_and_the_traffic_the_later(task: Readings) -> None:
    """The traffic is in the order of time; a row without a time is the model's."""
    later = take_later(task, "readings", task.file, column="at")
    assert later.table["level"].to_pylist() == [4.0, 5.0, 6.0]
    assert list(later.labels) == ["high", "high", "high"]
    assert task.load().table["level"].to_pylist() == [1.0, 3.0, None, 0.0, 2.0]


def test_a_label_comes_late_in_the_time_of_the_rows(task: Readings) -> None:
    """Two hours late is with the second row after, or after the last row."""
    later = take_later(task, "readings", task.file, column="at")
    pool = in_time(demo_input(task.input), later, delay=7200, rate=10)
    assert pool.delays == pytest.approx([0.2, 0.2, 0.1])
    assert pool.once and pool.truth == pool.sent == later.labels


def test_rows_that_are_no_file_have_no_history(task: Readings) -> None:
    """The sentence says what is missing."""
    task.file.unlink()
    with pytest.raises(NoHistory, match="readings does not allow: its rows are not in that file"):
        take_later(task, "readings", task.file, column="at")


def test_a_file_that_is_not_loaded_whole_cannot_be_cut(task: Readings) -> None:
    """Rows of the file and rows of the task would not be the same ones."""

    class Some(Readings):
        def load(self) -> Rows:
            rows = super().load()
            return Rows(rows.table.slice(1), rows.labels[1:])

    with pytest.raises(NoHistory, match="it loads 7 of 8 rows"):
        take_later(Some(task.file), "readings", task.file, column="at")
