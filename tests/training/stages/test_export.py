"""What a bundle promises is kept 95 times in 100, if nothing changes."""

import numpy as np
import pytest

from perennial.bundle.manifest import PROMISED_HIGH, PROMISED_LOW
from perennial.kinds.output_kind import OutputKind
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.statistics.counts import Floats
from tests.perennial.kinds.toys.amount import AmountOutput
from training.artifacts.times import Times
from training.stages.evaluate import intervals
from training.stages.export import promised

ROWS, TRIES = 300, 400
TIMES: Times = np.datetime64("2026-11-01", "us") + np.arange(ROWS) * np.timedelta64(1, "h")


def _losses(output: OutputKind, random: np.random.Generator) -> Floats:
    found = random.exponential(2.0, ROWS)
    return found if output.loss_test.highest > 1 else (found > 4).astype(np.float64)


@pytest.mark.parametrize("times", [None, TIMES], ids=["no time", "a time"])
@pytest.mark.parametrize(
    "output", [ClassesOutput(labels=("no", "yes")), AmountOutput(unit="EUR")], ids=["share", "mean"]
)
def test_as_many_rows_that_follow_score_within_the_promised_ends(
    output: OutputKind, times: Times | None
) -> None:
    """Both scores scatter, that of the test rows and that of those that follow."""
    random, name, kept = np.random.default_rng(4), output.headline, 0
    for _ in range(TRIES):
        losses, later = _losses(output, random), _losses(output, random)
        found = {name: output.loss_test.score(losses), "rows": ROWS}
        ends = intervals(output.loss_test, losses, times)
        found |= {f"{name}_{end}": value for end, value in ends.items()}
        low, high = (promised(output, found)[end]["value"] for end in (PROMISED_LOW, PROMISED_HIGH))
        kept += low <= output.loss_test.score(later) <= high
    assert 0.92 < kept / TRIES <= 1


def test_a_single_row_of_a_mean_promises_nothing() -> None:
    """Its interval has no ends."""
    output = AmountOutput(unit="EUR")
    name = output.headline
    found = {name: 3.0, f"{name}_low": None, f"{name}_high": None, "rows": 1}
    assert promised(output, found) == {}
