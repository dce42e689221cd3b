"""What is seen of a model's answers."""

import numpy as np

from perennial.signals import outputs


def test_the_margin_is_how_far_the_second_is_behind() -> None:
    """Best less second best; a tie has none."""
    found = outputs(np.array([[0.1, 0.7, 0.2], [0.5, 0.5, 0.0]]))
    assert found["prediction"].tolist() == [1, 0]
    assert np.allclose(found["confidence"], [0.7, 0.5])
    assert np.allclose(found["margin"], [0.5, 0])


def test_rounding_leaves_shares_within_their_bounds() -> None:
    """A softmax a hair over 1 is not outside."""
    found = outputs(np.array([[1.0000001, 0.0]], np.float32))
    assert found["confidence"].tolist() == [1] and found["margin"].tolist() == [1]


def test_an_answer_that_is_no_number_is_missing() -> None:
    """A broken model shows in the bin for it."""
    found = outputs(np.array([[np.nan, 0.5], [0.1, 0.9]]))
    assert found["prediction"].tolist() == [3, 1]
    assert np.isnan(found["confidence"]).tolist() == [True, False]
    assert np.isnan(found["margin"]).tolist() == [True, False]
