"""Rows that are kept back are in no file that a model is trained on, and are not lost."""

from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from demo.aside import keep_back
from demo.errors import NoRowsAside
from perennial.kinds.inputs.text import TextInput
from tests.toy.task import Patterns
from training.task.rows_file import read_rows
from training.task.task import Rows

TABLE = pyarrow.table({"input": ["a", "b", "c"], "label": ["x", "y", "x"], "by": ["z", None, "x"]})


class Texts(Patterns):
    """Three texts in a file."""

    input = TextInput()  # type: ignore[assignment]

    def __init__(self, file: Path) -> None:
        self._file = file

    def load(self) -> Rows:
        """Return them."""
        return read_rows(self._file, self.input, label="label", unused=("by",))


def test_rows_are_kept_back_with_all_that_the_file_says_of_them(tmp_path: Path) -> None:
    """The file has the others, in their order."""
    file = tmp_path / "rows.parquet"
    parquet.write_table(TABLE, file)

    def labelled_x(table: pyarrow.Table, rows: Rows) -> np.ndarray:
        return np.array([label == "x" for label in rows.labels])

    rows, stored = keep_back(Texts(file), "texts", file, labelled_x)
    assert rows.table["input"].to_pylist() == ["a", "c"] and rows.labels == ["x", "x"]
    assert stored.equals(TABLE.take([0, 2]))
    assert parquet.read_table(file).equals(TABLE.take([1]))


def test_a_task_without_such_rows_is_refused(tmp_path: Path) -> None:
    """Without a file, or if all rows or none would be kept back; the file stays."""
    file = tmp_path / "rows.parquet"
    with pytest.raises(NoRowsAside, match="SHIFT: texts does not allow it: its rows are not in a"):
        keep_back(Texts(file), "texts", file, lambda table, rows: np.ones(3, np.bool_))
    parquet.write_table(TABLE, file)
    for kept in (np.ones(3, np.bool_), np.zeros(3, np.bool_)):
        with pytest.raises(NoRowsAside, match=f"{kept.sum()} of 3 rows would be kept back"):
            keep_back(Texts(file), "texts", file, lambda table, rows: kept)
    assert parquet.read_table(file).equals(TABLE)
