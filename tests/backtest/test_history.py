"""A history is labelled rows with the time of each row and of each label."""

import pytest

from backtest.errors import BadHistory
from backtest.history import arranged
from backtest.streams import STREAMS
from backtest.streams.made.rows import rows
from tests.training.stages.test_time_order import KIND, OUTPUT, instances
from training.task.task import Rows
from training.tasks import TASKS

MADE = STREAMS["made"]
ADULT = TASKS.load("adult")


def people(count: int) -> Rows:
    """Return people of whom nothing is known; their rows have no time."""
    table = ADULT.input.to_arrow([[None] * len(ADULT.input.modelled)] * count)
    return Rows(table, [ADULT.output.labels[0]] * count)


class Timed:
    """A task whose rows have a time."""

    input, output = KIND, OUTPUT
    schema, about = MADE.schema, ""

    def load(self) -> Rows:
        """Return three hours, not in order."""
        return Rows(KIND.to_arrow(instances([2, 0, 5])), ["yes", "no", "yes"])


def test_without_a_time_column_the_order_is_the_time() -> None:
    """At 30 rows a minute a row comes every 2 seconds, and its label so much later."""
    found = arranged(ADULT, people(4), rate="30/m", late="1m")
    assert found.seconds.tolist() == [0, 2, 4, 6]
    assert found.labelled.tolist() == [60, 62, 64, 66]


def test_rows_with_a_time_are_put_in_order() -> None:
    """They arrive when their time column says, or evenly where a rate is given."""
    task = Timed()
    own = arranged(task, task.load())
    assert own.seconds.tolist() == [0, 7200, 18000]
    assert own.labels == ["no", "yes", "yes"]
    assert arranged(task, task.load(), rate="1/s").seconds.tolist() == [0, 1, 2]


def test_a_rate_is_needed_without_times() -> None:
    """The message says so."""
    with pytest.raises(BadHistory, match="rate: got '', expected such as 10/m"):
        arranged(ADULT, people(4))


def test_a_file_without_rows_is_no_history() -> None:
    """As an export that found nothing."""
    with pytest.raises(BadHistory, match="rows: got 0, expected at least one"):
        arranged(Timed(), Rows(KIND.to_arrow([]), []))


@pytest.mark.parametrize("rate", ["10", "0/m", "-1/m", "10/y"])
def test_a_rate_is_rows_a_time(rate: str) -> None:
    """Other texts are refused."""
    with pytest.raises(BadHistory, match="rate: got"):
        arranged(MADE, rows("sudden", 4, seed=1), rate=rate)


@pytest.mark.parametrize("label", [None, "", "perhaps"])
def test_every_row_needs_a_label_of_the_task(label: str | None) -> None:
    """Nobody can say what a version would have lost on a row without one."""
    table = rows("sudden", 2, seed=1).table
    with pytest.raises(BadHistory, match=rf"rows: label of row 2: got {label!r}, expected one of"):
        arranged(MADE, Rows(table, ["no", label]), rate="1/s")


def test_a_missing_column_is_named() -> None:
    """As everywhere, by field, value and what was expected."""
    with pytest.raises(BadHistory, match="column x1"):
        table = rows("sudden", 1, seed=1).table.drop_columns(["x1"])
        arranged(MADE, Rows(table, ["no"]), rate="1/s")
