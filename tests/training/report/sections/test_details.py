"""Section 10: one fold with all that a reviewer may want to look up."""

import json
from pathlib import Path

import pytest

from tests.toy.numbers import NUMBERS
from tests.training.report.made import Artifacts
from tests.training.report.sections.test_data import prepared, rows
from training.report.sections.details import section


@pytest.fixture
def made(tmp_path: Path) -> Artifacts:
    """Return artifacts with two models."""
    return Artifacts(tmp_path)


def text(artifacts: Artifacts, *, main: bool = True) -> str:
    """Return the section."""
    (found,) = section(artifacts.inputs(main=main), artifacts.out)
    return found


def test_everything_is_in_one_fold(made: Artifacts) -> None:
    """It opens and ends once, with a heading for each part."""
    found = text(made)
    assert found.startswith("<details><summary>Everything else</summary>\n\n### Scores per label")
    assert found.endswith("\n\n</details>") and found.count("<details>") == 1
    headings = [line[4:] for line in found.splitlines() if line.startswith("### ")]
    assert headings == ["Scores per label", "Training", "Validation", "Bundle", "Parameters"]


def test_scores_per_label_stand_beside_mains(made: Artifacts) -> None:
    """Precision and recall of both; alone where there is no main."""
    head = "| label | rows | precision, main | precision, here | recall, main | recall, here |"
    assert head in text(made)
    assert "| label | rows | precision, here | recall, here |" in text(made, main=False)


def test_the_trainings_log_is_kept(made: Artifacts) -> None:
    """What was recorded, and a line per epoch."""
    found = text(made)
    assert "| `framework` | `numpy` |" in found
    assert "| 3 | 0.9000 | 0.2000 | 0.8000 | 0.3000 |" in found


def test_every_rule_of_the_validation_is_listed(made: Artifacts) -> None:
    """With how many it was checked on; without findings it says so."""
    assert "### Validation\n\nNot recorded." in text(made)
    check = {"column": "label", "rule": "one of a|b", "checked": 9, "failed": 0, "samples": []}
    file = made.folder / "validation" / "findings.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"rows": {"base": 9}, "checks": [check], "warnings": []}))
    assert "| `label` | `one of a\\|b` | 9 | 0 |" in text(made)


def test_all_signals_of_new_rows_are_listed(tmp_path: Path) -> None:
    """Those that do not drift too."""
    artifacts = Artifacts(tmp_path, fresh=False)
    prepared(artifacts.champion, rows(100, seed=1))
    prepared(artifacts.folder, rows(100, seed=1) + rows(50, seed=2))
    found = text(artifacts)
    assert "### Signals of the new rows" in found
    assert "| `brightness` |" in found and "| `prediction` |" in found


def test_digests_and_parameters_are_whole(made: Artifacts) -> None:
    """What section 9 shortens stands here."""
    found = text(made)
    assert f"| here | `{made.new.bundle.digest}` |" in found
    assert "| `gate.level` | `0.05` |" in found
    for name, value in NUMBERS.train.parameters.model_dump().items():
        assert f"| `train.parameters.{name}` | `{value}` |" in found
