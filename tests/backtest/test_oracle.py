"""The oracle chooses, among models trained at regular moments, by looking ahead."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backtest.oracle import Candidates, hindsight
from backtest.policy import Attempt
from perennial.verdicts import Verdict
from tests.backtest.made import small


def attempt(row: int) -> Attempt:
    """Return a pipeline whose version can serve from a row on."""
    return Attempt(began=0, ended=0, row=row, reason="", collected=1, verdict=Verdict.PROMOTE)


@pytest.fixture
def found(tmp_path: Path) -> Candidates:
    """The first model errs on all rows; each other is right from its entry on, for two rows."""
    scenario = replace(small("sudden", tmp_path, count=1600), start=10)
    losses = np.ones((4, 8))
    losses[1, 2:4] = losses[2, 4:6] = losses[3, 4:8] = 0
    return Candidates(losses, (attempt(12), attempt(14), attempt(14)), scenario)


def test_no_choice_of_as_many_models_loses_less(found: Candidates) -> None:
    """With one retrain it takes the longest gain, with two it takes both."""
    none, one, two = hindsight(found, 2)
    assert [each.losses.sum() for each in (none, one, two)] == [8, 4, 2]
    assert [len(each.attempts) for each in (none, one, two)] == [0, 1, 2]


def test_rows_before_a_version_serves_are_of_the_one_before(found: Candidates) -> None:
    """A model that enters at the third row answers from there on."""
    assert found.replayed([1]).losses.tolist() == [1, 1, 0, 0, 1, 1, 1, 1]
