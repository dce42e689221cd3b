"""Every task keeps the same promises, and says what good rows of it look like."""

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.datasets import load_digits

from training.tasks import TASKS
from training.tasks.schema import Schema


@pytest.mark.parametrize("name", TASKS)
def test_the_rows_are_as_promised(name: str) -> None:
    """Single precision inputs of the declared shape, a label index each, the same every time."""
    task, rows = TASKS[name], TASKS[name].load()
    assert rows.inputs.shape == (len(rows.labels), *task.input.shape)
    assert rows.inputs.dtype == np.float32 and rows.labels.dtype == np.int64
    assert rows.held_out is None or rows.held_out.shape == rows.labels.shape
    assert np.array_equal(rows.inputs, task.load().inputs)


def test_the_digits_are_scikit_learns() -> None:
    """Reading its file without importing it gives what its own function gives."""
    inputs, labels = load_digits(return_X_y=True)
    rows = TASKS["digits"].load()
    assert np.array_equal(rows.inputs.reshape(len(labels), -1), inputs)
    assert np.array_equal(rows.labels, labels)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"most_duplicates": 1}, "most_duplicates"),
        ({"least_rows": 0}, "least_rows"),
        ({"uneven": 1}, "uneven"),
        ({"tallest": 2}, "tallest"),
    ],
)
def test_a_schema_that_makes_no_sense_is_refused(numbers: dict[str, float], message: str) -> None:
    """The message names the field."""
    with pytest.raises(ValidationError, match=message):
        Schema.model_validate(numbers)
