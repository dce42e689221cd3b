"""How many labels in a row tell as much as an independent one, of each sort of output."""

import numpy as np
import pytest

from perennial.kinds.design_effects import design_effects
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.kinds.outputs.number import NumberOutput

CLASSES, NUMBER = ClassesOutput(labels=("no", "yes")), NumberOutput()
ROWS, REPEATS = 24_000, 6


def test_labels_of_the_same_row_again_and_again_count_as_one() -> None:
    """Where each row comes six times, six labels tell as much as one; else each counts."""
    random = np.random.default_rng(1)
    values, truths = random.dirichlet((1, 1), ROWS), random.integers(2, size=ROWS)
    alone = design_effects(CLASSES, values, truths)
    again = design_effects(CLASSES, values.repeat(REPEATS, 0), truths.repeat(REPEATS))
    assert alone == {"design_effect": pytest.approx(1, abs=0.2)}
    assert again == {"design_effect": pytest.approx(REPEATS, rel=0.2)}


def test_intervals_have_a_number_of_their_own() -> None:
    """Losses may be independent while whether labels lie in their interval is not."""
    random = np.random.default_rng(1)
    far = np.repeat(random.random(ROWS) < 0.1, REPEATS)
    truths = random.normal(size=len(far))
    reach = np.where(far, 0.0, 99.0)
    found = design_effects(NUMBER, np.stack([0 * truths, -reach, reach], axis=1), truths)
    assert found == {
        "design_effect": pytest.approx(1, abs=0.2),
        "coverage_design_effect": pytest.approx(REPEATS, rel=0.2),
    }
