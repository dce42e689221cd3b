"""One bad label source among ten teaches nothing; without the protection, it teaches a backdoor."""

import pytest

from benchmarks.backdoor import Experiment
from perennial.verdicts import Verdict
from tests.toy.numbers import NUMBERS
from tests.training.bad_data import Altered, good


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    """The toy task, with paper around its patterns where the attacker can put dots."""
    base = good()
    base.inputs[:, :, [0, 7]] = 0
    return Experiment(Altered(base.rows()), NUMBERS, labels=400)


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_a_backdoor_of_one_source_is_not_learnt(experiment: Experiment, share: float) -> None:
    """The source is left out by name, and marked images get the label of what they show."""
    found = experiment.run(seed=1, share=share, protected=True)
    assert found.left_out == ("clinic 0",)
    assert found.fooled < 0.05 and not found.backdoor


def test_unprotected_the_same_labels_are_a_backdoor(experiment: Experiment) -> None:
    """Where nobody asks where labels are from, the attacker's own rows promote the model."""
    found = experiment.run(seed=1, share=0.2, protected=False)
    assert found.verdict == Verdict.PROMOTE and found.fooled > 0.9 and found.backdoor


def test_honest_sources_are_all_learnt_from(experiment: Experiment) -> None:
    """Without an attack the protection leaves nobody out."""
    found = experiment.run(seed=1, share=0, protected=True)
    assert found.left_out == () and found.accuracy > 0.95
