"""A number that was typed with too many noughts does not decide what a model is worth."""

from dataclasses import replace
from typing import Any

from perennial.kinds.outputs.number import NumberOutput
from tests.toy.task import TASK as CLASSES
from tests.training.feedback.test_sources import labelled
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


def rows(labels: list[str]) -> LabelledRows:
    """Return rows with these labels, all of one source."""
    return replace(labelled({"clinic": len(labels)}), labels=labels)


def test_labels_ten_ranges_away_are_left_out_and_named() -> None:
    """The others of the same source are collected; a rise to ten times the highest is no slip."""
    kept, left = without_far(rows(["50.0", "1e30", "1000.0", "-5000.0", "0.0"]), TASK)
    assert kept.labels == ["50.0", "1000.0", "0.0"] and kept.prediction_ids == ["p0", "p2", "p4"]
    assert [str(one) for one in left] == [
        "2 of 'clinic' left out: labels such as 1e+30, expected -1000 to 1100: the range of the "
        "task's own, and 10 times as much on both sides"
    ]


def test_nothing_is_left_out_where_all_labels_are_near() -> None:
    """Nor where the known ones are all alike, which says nothing of others."""
    some = rows(["50.0", "1100.0", "-1000.0"])
    assert without_far(some, TASK) == (some, ())
    low, high = limits(OUTPUT, ["7.0", "7.0"])
    assert low < -1e300 and high > 1e300


def test_labels_of_a_fixed_set_are_never_far() -> None:
    """A label that the task does not know was refused before."""
    some = labelled({"clinic": 20})
    assert without_far(some, CLASSES) == (some, ())
