"""A number that was typed with too many noughts does not decide what a model is worth."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from perennial.kinds.outputs.number import NumberOutput
from tests.toy.task import TASK as CLASSES
from tests.training.feedback.test_sources import labelled
from training.artifacts.feedback import FeedbackRows
from training.feedback.far import limits, without_far
from training.feedback.rows import LabelledRows
from training.task.task import Rows

OUTPUT = NumberOutput(unit="rentals")


class Rentals:
    """A task whose labels lie between 0 and 100."""

    output = OUTPUT

    def load(self) -> Rows:
        """Return rows of which only the labels count."""
        table: Any = None
        return Rows(table, [*map(str, range(101)), None], None)


TASK: Any = Rentals()
NONE: Any = SimpleNamespace(labels=np.empty(0))
NOTHING = FeedbackRows(NONE, None, np.empty(0, np.int64))


def rows(labels: list[str]) -> LabelledRows:
    """Return rows with these labels, all of one source."""
    return replace(labelled({"clinic": len(labels)}), labels=labels)


def test_labels_ten_ranges_away_are_left_out_and_named() -> None:
    """The others of the same source are collected; a rise to ten times the highest is no slip."""
    kept, left = without_far(rows(["50.0", "1e30", "1000.0", "-5000.0", "0.0"]), NOTHING, TASK)
    assert kept.labels == ["50.0", "1000.0", "0.0"] and kept.prediction_ids == ["p0", "p2", "p4"]
    assert [str(one) for one in left] == [
        "2 of 'clinic' left out: labels such as 1e+30, expected -979 to 1079: the range of known "
        "ones, and 10 times as much on both sides"
    ]


def test_nothing_is_left_out_where_all_labels_are_near() -> None:
    """Nor where the known ones are all alike, which says nothing of others."""
    some = rows(["50.0", "1079.0", "-979.0"])
    assert without_far(some, NOTHING, TASK) == (some, ())
    low, high = limits(np.full(9, 7.0))
    assert low < -1e300 and high > 1e300


def test_a_slip_among_known_labels_takes_no_limit_away_and_growth_moves_it() -> None:
    """What was collected before is known, too."""
    own = np.arange(1000.0)
    assert limits(np.append(own, 1e30))[1] == pytest.approx(limits(own)[1], rel=0.01)
    more: Any = SimpleNamespace(labels=np.arange(0.0, 5000.0))
    grown = replace(NOTHING, split=more)
    assert without_far(rows(["20000.0"]), grown, TASK)[0].labels == ["20000.0"]
    assert without_far(rows(["20000.0"]), NOTHING, TASK)[0].labels == []


def test_labels_of_a_fixed_set_are_never_far() -> None:
    """A label that the task does not know was refused before."""
    some = labelled({"clinic": 20})
    assert without_far(some, NOTHING, CLASSES) == (some, ())
