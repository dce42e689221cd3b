"""Whom an alert concerns while labels are late."""

import pytest

from demo.errors import LoopBroken
from demo.stories.late_labels import check_pages


def test_alerts_that_start_a_retrain_page_nobody() -> None:
    """They go to the relay."""
    check_pages(["AccuracyDrop", "DataDrift", "EstimatedAccuracyDrop", "PredictionDrift"])


@pytest.mark.parametrize("name", ["LabelsMissing", "PredictionsDropped", "RetrainWaiting"])
def test_whatever_pages_a_person_ends_the_demo(name: str) -> None:
    """The sentence names the alert, and no other cause."""
    with pytest.raises(LoopBroken, match=f"^{name}: fired, expected that nobody is paged$"):
        check_pages(["DataDrift", name])


def test_a_slow_service_is_a_page_too_and_the_demo_says_what_to_try() -> None:
    """Nobody could tell it from a fault of the loop otherwise."""
    with pytest.raises(LoopBroken, match="^LatencyHigh: fired.*is the machine busy"):
        check_pages(["LatencyHigh"])
