"""What other limits would have done stands in the report of the change that makes them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.training.report.made import Artifacts
from training.report.sections.limits import HERE, MAIN, section


def _line(policy: str, score: float, started: float) -> dict[str, Any]:
    counts = {"started": started, "promoted": 1.0, "needless": max(started - 1, 0)}
    return {"policy": policy, "score": score, "gain": score - 0.7, "share": None, **counts}


def _replay(score: float, pipelines: float) -> dict[str, Any]:
    lines = [
        _line("never", 0.7, 0.0),
        _line("as shipped", score, pipelines),
        _line("a clock, as often", 0.72, pipelines),
        _line("a clock, as often, no gate", 0.74, pipelines),
        _line("oracle", 0.9, 5.0) | {"share": 1.0},
    ]
    return {"metric": "accuracy", "sentence": f"It was {score}.", "lines": lines}


def _write(artifacts: Artifacts, name: str, document: dict[str, Any]) -> None:
    file = artifacts.folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(document))


@pytest.fixture
def made(tmp_path: Path) -> Artifacts:
    """Return artifacts of a change of limits, with the replay of main's."""
    artifacts = Artifacts(tmp_path)
    _write(artifacts, MAIN, _replay(0.75, 9.0))
    return artifacts


def _text(artifacts: Artifacts) -> str:
    return "\n".join(section(artifacts.inputs(), artifacts.out))


def test_both_sets_of_limits_stand_side_by_side(made: Artifacts) -> None:
    """With what each gained, how many pipelines it took, and what there was to gain."""
    _write(made, HERE, _replay(0.8, 4.0))
    text = _text(made)
    assert "It was 0.8." in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert rows[1:] == [
        "| never | 0.7000 | 0.0000 |  | 0 | 1 | 0 |",
        "| as shipped, main's limits | 0.7500 | 0.0500 |  | 9 | 1 | 8 |",
        "| as shipped, these limits | 0.8000 | 0.1000 |  | 4 | 1 | 3 |",
        "| a clock, as often | 0.7200 | 0.0200 |  | 4 | 1 | 3 |",
        "| a clock, as often, no gate | 0.7400 | 0.0400 |  | 4 | 1 | 3 |",
        "| oracle | 0.9000 | 0.2000 | 100% | 5 | 1 | 4 |",
    ]


def test_limits_that_decide_alike_are_said_to(made: Artifacts) -> None:
    """A reviewer need not compare the figures."""
    _write(made, HERE, _replay(0.75, 9.0))
    assert "decide alike" in _text(made) and "It was" not in _text(made)


def test_where_nothing_could_be_replayed_the_reason_stands_there(tmp_path: Path) -> None:
    """A task without times, for one."""
    artifacts = Artifacts(tmp_path)
    _write(artifacts, HERE, {"sentence": "The rows of digits have no time."})
    assert section(artifacts.inputs(), artifacts.out) == [
        "## Limits",
        "The rows of digits have no time.",
    ]


def test_a_change_of_no_limits_has_no_such_section(tmp_path: Path) -> None:
    """Most reports are of models alone."""
    artifacts = Artifacts(tmp_path)
    assert section(artifacts.inputs(), artifacts.out) == []
