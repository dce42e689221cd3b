"""The gate judges by other sources than taught the challenger, and says whose labels judged."""

from pathlib import Path

import numpy as np
import pytest

from perennial.verdicts import Verdict
from tests.bundles import images
from tests.splits import split
from tests.training.contests import GATE, model, prepare, says
from training.artifacts.splits import Split
from training.gate import result
from training.gate.judgement import judge
from training.gate.label_sources import fair_judges
from training.gate.result import GateResult

NURSE, ROBOT = ("nurse", True), ("robot", False)


def judged(
    folder: Path, *judges: tuple[str, bool], taught: tuple[str, ...] = ("robot",)
) -> GateResult:
    """Return the verdict on fresh rows whose labels the challenger gets right."""
    old, new = model(folder / "old", 1), model(folder / "new", 2)
    prepared = prepare(
        folder / "prepared", base=says(new), fresh=says(new), judges=judges, taught=taught
    )
    return judge(new, old, prepared, GATE)


def test_rows_of_sources_that_taught_do_not_judge(tmp_path: Path) -> None:
    """Where others gave labels too, only theirs count, and the reasons name them."""
    found = judged(tmp_path, NURSE, ROBOT)
    assert found.fresh is not None and found.fresh.rows == 100
    said = "fresh rows are of label sources that the challenger was not trained on: nurse"
    assert said in found.decision.line() and found.decision.verdict is Verdict.PROMOTE


def test_a_single_source_judges_what_it_taught_and_the_reasons_say_so(tmp_path: Path) -> None:
    """There is nobody else to ask."""
    found = judged(tmp_path, ROBOT)
    assert found.fresh is not None and found.fresh.rows == 200
    assert "that the challenger was trained on too: robot" in found.decision.line()


@pytest.mark.parametrize(
    ("rows", "others", "judging"),
    [(200, 1, 200), (200, 29, 200), (200, 30, 30), (20, 10, 10), (20, 9, 20), (5, 0, 5), (0, 0, 0)],
)
def test_a_handful_of_rows_of_another_source_does_not_judge_alone(
    rows: int, others: int, judging: int
) -> None:
    """They do where they are 30 or half of the rows; else all judge."""
    found = split(images(rows).astype(np.float32), np.zeros(rows, np.int64), "0123456789ab")
    names = np.array(["robot"] * (rows - others) + ["stray"] * others)
    fresh = Split(found.kind, found.table, found.labels, found.source, names)
    assert fair_judges(fresh, ("robot",)).sum() == judging


@pytest.mark.parametrize(
    ("judges", "rows"), [((NURSE, ROBOT), 100), ((ROBOT,), 0), ((NURSE,), 200)]
)
def test_nothing_merges_by_itself_without_trusted_labels(
    tmp_path: Path, judges: tuple[tuple[str, bool], ...], rows: int
) -> None:
    """The result counts those that judged, and says why a person has to merge."""
    found = judged(tmp_path, *judges)
    said = f"{rows} trusted labels among the fresh rows that judge, expected at least 30"
    if rows:
        assert found.needs_person is None and "trusted: " in result.describe(found)
    else:
        assert found.needs_person is not None and found.needs_person.startswith(said)
    path = result.write(found, tmp_path / "out")
    assert result.read(path) == found


def test_a_loss_on_trusted_labels_blocks(tmp_path: Path) -> None:
    """However many other labels the challenger gets right."""
    old, new = model(tmp_path / "old", 1), model(tmp_path / "new", 2)

    def truth(rows: object) -> object:
        answers = says(new)(rows)  # type: ignore[arg-type]
        answers[::4] = says(old)(rows)[::4]  # type: ignore[arg-type]
        return answers

    prepared = prepare(
        tmp_path / "prepared",
        base=says(new),
        fresh=truth,  # type: ignore[arg-type]
        judges=(NURSE, ("a", False), ("b", False), ("c", False)),
    )
    line = judge(new, old, prepared, GATE).decision.line()
    assert line.startswith("block: a significant loss on trusted rows")
