"""The task digits reads scikit-learn's rows, and ships an example of a request."""

import json

import numpy as np
from sklearn.datasets import load_digits

from demo.workspace import ROOT
from training.tasks.digits.task import TASK


def test_the_digits_are_scikit_learns() -> None:
    """Reading its file without importing it gives what its own function gives."""
    inputs, labels = load_digits(return_X_y=True)
    rows = TASK.load()
    assert np.array_equal(TASK.input.from_arrow(rows.table).reshape(len(labels), -1), inputs)
    assert rows.labels == [str(label) for label in labels]


def test_the_readmes_digit_is_a_zero() -> None:
    """example.json is a request for /predict with a row that scikit-learn calls a 0."""
    file = "training/tasks/digits/example.json"
    (row,) = json.loads((ROOT / file).read_text(encoding="utf-8"))["instances"]
    found = (load_digits().images == np.asarray(row)).all(axis=(1, 2))
    assert load_digits().target[found].tolist() == [0]
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"-d @{file}" in text and '"label": "0"}' in text
