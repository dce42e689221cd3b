"""The summary: one screen of plain text, with everything that decides."""

import json
from pathlib import Path

import pytest

from tests.training.report.made import Artifacts
from tests.training.report.sections.test_data import prepared, rows
from training.report.summary import summary


@pytest.fixture
def made(tmp_path: Path) -> Artifacts:
    """Return artifacts with base and fresh rows."""
    return Artifacts(tmp_path)


def test_it_fits_on_one_screen(made: Artifacts) -> None:
    """At most 24 lines of 80 columns, so that the report's path fits too, in plain text."""
    text = summary(made.inputs())
    lines = text.splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    assert not set(text) & set("|*`#")


def test_the_verdict_comes_first_with_its_reasons(made: Artifacts) -> None:
    """Which model, against which, what to do, and why."""
    first, second, *_ = summary(made.inputs()).splitlines()
    assert first == "digits 1.1.0 against main's 1.0.0"
    assert second.startswith("verdict: block: a significant loss on base rows: ")


def test_scores_stand_beside_mains(made: Artifacts) -> None:
    """On fresh rows where there are any, with the difference and which way is better."""
    found = {line.split("  ")[0]: line.split() for line in summary(made.inputs()).splitlines()}
    assert found["200 fresh rows"][3:] == ["main", "here"]
    main, here, change = found["accuracy"][1:4]
    assert here == "1.0000" > main and change == f"+{1 - float(main):.4f}"
    assert found["log loss"][-3:] == ["(lower", "is", "better)"]


def test_costs_are_told_or_not_recorded(made: Artifacts) -> None:
    """Nothing is invented for main."""
    line = next(one for one in summary(made.inputs()).splitlines() if one.startswith("training, w"))
    assert line.split() == ["training,", "wall", "time", "not", "recorded", "12.3", "s"]


def test_the_data_is_one_line(tmp_path: Path) -> None:
    """Rows, what is new, what drifts, warnings."""
    artifacts = Artifacts(tmp_path, fresh=False)
    for folder in (artifacts.champion, artifacts.folder):
        prepared(folder, rows(100, seed=1))
    last = summary(artifacts.inputs()).splitlines()[-1]
    assert last == "data: 200 rows, same as main's, validation not recorded"
    prepared(artifacts.folder, rows(100, seed=1) + rows(200, seed=3, add=8))
    file = artifacts.folder / "validation" / "findings.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"rows": {}, "checks": [], "warnings": [{}]}))
    last = summary(artifacts.inputs()).splitlines()[-1]
    assert last.startswith("data: 400 rows, 200 new, ") and last.endswith("1 validation warning")


def test_a_first_model_stands_alone(made: Artifacts) -> None:
    """One column."""
    text = summary(made.inputs(main=False))
    assert text.startswith("digits 1.1.0\nverdict: promote: the first model")
    assert "main" not in text and "here" in text
