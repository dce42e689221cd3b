"""The page of the studies' models says what was run, what was not, and what others published."""

import json
from pathlib import Path

import pytest

from benchmarks.papers.__main__ import kept
from benchmarks.papers.page import page
from benchmarks.papers.runs import RUNS

FIGURES = {
    "rows": 1200,
    "accuracy": 0.98,
    "accuracy_low": 0.97,
    "accuracy_high": 0.99,
    "load": 0.5,
    "history": [
        {"epoch": 1.0, "accuracy": 0.5, "val_accuracy": 0.6, "loss": 1.5, "val_loss": 1.25},
        {"epoch": 2.0, "accuracy": 0.75, "val_accuracy": 0.7, "loss": 0.5, "val_loss": 0.625},
    ],
}


@pytest.mark.parametrize("name", [name for name in RUNS if name != "digits-cnn"])
def test_a_run_without_figures_is_said_to_be_missing(name: str) -> None:
    """A reader never takes a model that was not run for one that others ran."""
    (line,) = [line for line in page({}).splitlines() if f": {RUNS[name].about} (" in line]
    assert "(not run)" in line


def test_every_epoch_stands_beside_the_published_last_one() -> None:
    """Accuracy and loss on training and validation rows, an epoch a line."""
    lines = [" ".join(line.split()) for line in page({"digits-cnn": FIGURES}).splitlines()]
    first = lines.index("| 1 | 0.500 | 0.600 | 1.500 | 1.250 |")
    assert lines[first + 1] == "| 2 | 0.750 | 0.700 | 0.500 | 0.625 |"
    assert lines[first + 2].startswith("| published, 20 | 1.00 | 0.966 |")


def test_figures_of_other_parameters_are_not_kept(tmp_path: Path) -> None:
    """A run whose parameters have changed since is measured again."""
    parameters = RUNS["cifar10-cnn"].parameters
    for name, given in (("cifar10-cnn", parameters), ("news-rnn", {"epochs": 1})):
        text = json.dumps(FIGURES | {"parameters": given})
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    assert list(kept(tmp_path)) == ["cifar10-cnn"]
