"""Label coverage: the share of predictions that got their label."""

import pytest

from perennial.statistics.errors import InvalidCounts
from perennial.statistics.label_coverage import label_coverage


def test_labels_that_never_came_are_a_coverage_of_zero() -> None:
    """With predictions and no label, coverage is 0; without predictions there is none."""
    assert label_coverage(0, 10) == 0
    assert label_coverage(0, 0) is None


def test_impossible_counts_are_refused() -> None:
    """A negative number of labels is named."""
    with pytest.raises(InvalidCounts, match="labels: got"):
        label_coverage(-1, 10)
