"""Which alerts a version can raise is known from its reference alone."""

from typing import Any

import numpy as np
import pytest


from backtest.rules.quality import first_look
from backtest.rules.quality_alerts import alerts, raised
from monitoring.thresholds import Thresholds
from perennial.signals import Reference
from perennial.signals.expected_loss import ExpectedLoss
from tests.backtest.test_watching import SIGNAL

HOUR, THRESHOLDS = 3600, Thresholds()
LOSS = {"loss": 1.0, "loss_deviation": 1.0, "loss_size": 100}
CURVE = ExpectedLoss(signal="load", at=(0.0, 1.0), loss=(1.0, 2.0), power=0.0, deviation=1.0)


@pytest.mark.parametrize(
    "given",
    [
        {"accuracy": 0.9, "accuracy_size": 100, "confidence": 0.8},
        LOSS,
        {**LOSS, "coverage": 0.9},
        {**LOSS, "coverage": 0.9, "expected_loss": CURVE},
    ],
)
def test_alerts_that_can_be_raised_are_those_that_are_looked_at(given: dict[str, Any]) -> None:
    """With labels or without: the rules have a row of looks for each, and for no other."""
    reference = Reference(signals=(SIGNAL,), **given)
    many = first_look(THRESHOLDS, HOUR) + 3
    two, four = np.zeros((many, 2)), np.zeros((many, 4))
    looked = alerts(reference, two, four, four, THRESHOLDS, pace=HOUR)
    assert set(looked) == set(raised(reference))
