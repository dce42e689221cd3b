"""Accuracy and macro F1 of counted answers: what they leave undefined, and what they refuse."""

import numpy as np
import pytest

from perennial.statistics.accuracy import accuracy, estimated_accuracy
from perennial.statistics.errors import ShapeMismatch
from perennial.statistics.f1 import macro_f1


def test_nothing_has_no_estimate() -> None:
    """Without predictions there is no estimated accuracy and no macro F1, rather than one of 0."""
    assert estimated_accuracy(0, 0, accuracy=0.9, confidence=0.9) is None
    assert accuracy(np.zeros((2, 2))) is None
    assert macro_f1(np.zeros((2, 2))) is None


def test_nothing_but_errors_is_zero() -> None:
    """Labels that are never predicted right count, as 0."""
    assert accuracy([[0, 3], [2, 0]]) == 0
    assert macro_f1([[0, 3], [2, 0]]) == 0


@pytest.mark.parametrize("score", [accuracy, macro_f1])
def test_a_confusion_that_is_no_square_is_refused(score: object) -> None:
    """Every label can be true and predicted, so that the matrix is square."""
    assert callable(score)
    with pytest.raises(ShapeMismatch, match="confusion: got"):
        score([[1, 2]])
