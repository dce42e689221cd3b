"""Labelled rows in time order: when each arrives, and when its label does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow

from backtest.errors import BadHistory
from perennial.errors import Described, InvalidField, InvalidInput
from perennial.kinds.arrow import from_numpy, select
from perennial.plural import plural
from perennial.statistics.counts import Floats
from training.artifacts.splits import known
from training.artifacts.times import Times, times_of
from training.bring.found import listed
from training.task.task import Rows, Task

RATE = re.compile(r"(\d+(?:\.\d+)?)/([smhd])")
LATE = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True)
class History:
    """Labelled rows, all of one length, in the order in which they arrive.

    table: in the columns of the task's input.  labels: as text, by which versions are judged.
    seconds: when each row arrives, from the first one.  labelled: when its label does.
    sent: the labels that arrive, where labellers err; None where these are the true ones.
    """

    table: pyarrow.Table
    labels: list[str]
    seconds: Floats
    labelled: Floats
    sent: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def taught(self) -> Sequence[str]:
        """The labels that arrive: alerts count them, and versions learn from them."""
        return self.labels if self.sent is None else self.sent

    def first(self, rows: int) -> Rows:
        """Return the rows that came first, as a task's own."""
        return Rows(self.table.slice(0, rows), self.labels[:rows])


def arranged(
    task: Task, rows: Rows, *, rate: str = "", late: str = "0s", numbers: Sequence[int] = ()
) -> History:
    """Return a task's rows as a history.

    rate: such as `10/m`: so many rows a minute arrive, evenly; without it, they arrive when their
    time column says. Where there is none, the order of the rows is their time, and a rate is
    needed.  late: how long after a row its label arrives.  numbers: of the rows in their file, for
    messages; by default they count from 1.
    Raises BadHistory.
    """
    labels = _labels(task, rows.labels)
    if not labels:
        raise BadHistory("rows", 0, "at least one")
    try:
        table = select(rows.table, task.input.arrow_schema())
    except InvalidField as error:
        raise BadHistory(f"rows: {error.field}", Described(error.value), error.expected) from error
    times = times_of(task.input, table)
    delay = duration("late", late)
    if times is None:
        if not rate:
            wanted = "such as 10/m, since rows of this task have no time"
            raise BadHistory("rate", rate, wanted)
        seconds = np.arange(len(labels)) / per_second(rate)
        return History(table, labels, seconds, seconds + delay)
    _check_known(times, numbers)
    order = np.argsort(times, kind="stable")
    elapsed = (times[order] - times[order[0]]) / np.timedelta64(1, "s")
    seconds = np.arange(len(labels)) / per_second(rate) if rate else elapsed
    return History(
        table.take(from_numpy(order)), [labels[at] for at in order], seconds, seconds + delay
    )


def per_second(rate: str) -> float:
    """Return how many rows arrive a second. Raises BadHistory.

    >>> per_second("30/m")
    0.5
    """
    match = RATE.fullmatch(rate)
    if match is None or not float(match[1]):
        raise BadHistory("rate", rate, "more than 0 rows and a unit, s, m, h or d, such as 10/m")
    return float(match[1]) / SECONDS[match[2]]


def duration(field: str, text: str) -> float:
    """Return a duration in seconds. Raises BadHistory.

    >>> duration("late", "2d")
    172800.0
    """
    match = LATE.fullmatch(text)
    if match is None:
        raise BadHistory(field, text, "a number and one of s, m, h, d, w, such as 2d")
    return float(match[1]) * SECONDS[match[2]]


def _check_known(times: Times, numbers: Sequence[int]) -> None:
    """Raise BadHistory where a row has no time."""
    places = np.flatnonzero(np.isnat(times)).tolist()
    if not places:
        return
    rows = listed(numbers[at] if numbers else at + 1 for at in places)
    problem = Described(f"{plural(len(places), 'row')} without a time ({rows})")
    raise BadHistory("rows", problem, "a time in each; fill it in, or leave these rows out")


def _labels(task: Task, given: Sequence[str | None]) -> list[str]:
    """Return the labels, one that the task knows for each row."""
    for row, label in enumerate(given, start=1):
        try:
            task.output.read_label("" if label is None else label)
        except InvalidInput as error:
            raise BadHistory(f"rows: label of row {row}", label, error.expected) from error
    return known(given)
