"""What is seen of a table."""

import numpy as np
import pytest
from pydantic import ValidationError

from perennial.kinds.columns import CategoryColumn, NumberColumn
from perennial.kinds.inputs.table import TableInput
from perennial.signals import Extraction
from tests import kinds
from tests.kinds import KINDS

NAN = float("nan")


def test_each_column_is_a_signal() -> None:
    """Numbers pass as they are, categories as bins: known, other, missing."""
    rows = np.array([[30, 0, 5], [NAN, 2, NAN], [1, 3, 2], [1, NAN, 2]], np.float32)
    extraction = kinds.fitted(KINDS["table"])
    found = extraction.extract(rows)
    assert extraction.categories == {"colour": ("red", "green", "blue", "other", "missing")}
    assert found["age"].tolist() == pytest.approx([30, NAN, 1, 1], nan_ok=True)
    assert found["colour"].tolist() == [0, 2, 3, 4]


def test_a_column_that_is_not_watched_is_no_signal() -> None:
    """The model gets it all the same; the signals beside it are of their own columns."""
    days = CategoryColumn(name="day", categories=("sat", "sun"), watched=False)
    town = CategoryColumn(name="town", categories=("a", "b"))
    hour = NumberColumn(name="hour", watched=False)
    kind = TableInput(columns=(days, hour, town, NumberColumn(name="age")))
    rows = np.array([[0, 7, 1, 30], [1, 8, 0, 40]], np.float32)
    found = Extraction.fit(kind, rows).extract(rows)
    assert kind.shape == (4,) and list(found) == ["town", "age"]
    assert found["town"].tolist() == [1, 0] and found["age"].tolist() == [30, 40]


def test_a_table_has_something_to_watch() -> None:
    """Without a signal nobody would see a drift."""
    with pytest.raises(ValidationError, match="a number or category that is watched"):
        TableInput(columns=(NumberColumn(name="hour", watched=False),))


def test_rare_categories_are_other() -> None:
    """A column with many categories keeps bins for the ten most frequent, in their order."""
    many = CategoryColumn(name="town", categories=tuple(f"t{i}" for i in range(30)))
    rows = np.concatenate([np.arange(30), np.repeat(np.arange(20, 30), 3)])[:, None]
    extraction = Extraction.fit(TableInput(columns=(many,)), rows.astype(np.float32))
    assert extraction.categories["town"] == (*many.categories[20:], "other", "missing")
    assert extraction.extract(np.array([[0.0], [20.0], [29.0]]))["town"].tolist() == [10, 0, 9]


@pytest.mark.parametrize("top", [[0, 0], [3], [-1]])
def test_indices_of_no_category_are_refused(top: list[int]) -> None:
    """Bins of categories that are not there, or are there twice, are named."""
    with pytest.raises(ValueError, match="array 'top_colour' is .* of 3 categories"):
        Extraction(kinds.TABLE, {"top_colour": np.array(top)})


def test_values_that_are_no_index_are_other() -> None:
    """What no client can send, training may: it counts as other."""
    rows = np.array([[1, -1, 1], [1, 99, 1]], np.float32)
    assert kinds.fitted(KINDS["table"]).extract(rows)["colour"].tolist() == [3, 3]
