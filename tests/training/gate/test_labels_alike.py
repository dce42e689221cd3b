"""Fresh labels that are all the same teach a model to say it to everybody."""

from pathlib import Path

import numpy as np
import pytest

from perennial.kinds.output_kind import Truths
from perennial.kinds.outputs.classes import ClassesOutput
from tests.perennial.kinds.toys.amount import AmountOutput
from tests.training.contests import GATE, model, prepare, says
from training.gate.judgement import judge
from training.gate.rules.labels_alike import labels_alike

OUTPUT, AMOUNT = ClassesOutput(labels=("no", "yes")), AmountOutput(unit="EUR")
HALF = np.arange(200) % 2


def test_labels_that_are_stuck_are_named() -> None:
    """With what share of the base rows have that label."""
    assert labels_alike(np.zeros(60, np.int64), HALF, OUTPUT) == (
        "all 60 fresh labels are 'no', as are 50.0% of those of base rows: "
        "is a source stuck? Such rows do not tell what was learnt"
    )


@pytest.mark.parametrize(
    ("fresh", "base"),
    [
        (np.array([0] * 59 + [1]), HALF),
        (np.zeros(9, np.int64), HALF),
        (np.zeros(60, np.int64), np.array([0] * 199 + [1])),
        (np.zeros(60, np.int64), HALF[:0]),
        (HALF[:0], HALF),
    ],
)
def test_labels_that_may_be_alike_by_chance_are_not(fresh: Truths, base: Truths) -> None:
    """Some differ, they are few, nearly all base rows have that one, or there are no rows."""
    assert labels_alike(fresh, base, OUTPUT) is None


def test_a_number_that_is_stuck_is_named() -> None:
    """Though no base row has it, one fresh row may have it by chance, not sixty."""
    amounts = np.linspace(1, 100, 2000)
    assert labels_alike(np.full(1, 7.5), amounts, AMOUNT) is None
    found = labels_alike(np.full(60, 7.5), amounts, AMOUNT)
    assert found is not None and found.startswith("all 60 fresh labels are '7.5', as are 0.0%")


def test_a_challenger_of_stuck_labels_is_blocked(tmp_path: Path) -> None:
    """Beside what else the rows say of it."""
    new, old = model(tmp_path / "new", 2), model(tmp_path / "old", 1)
    prepared = prepare(
        tmp_path / "prepared",
        base=says(new),
        fresh=lambda rows: np.zeros(len(rows), np.int64),
    )
    decision = judge(new, old, prepared, GATE).decision
    assert decision.verdict == "block"
    assert any(reason.startswith("all 200 fresh labels are") for reason in decision.reasons)
