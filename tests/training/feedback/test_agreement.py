"""Sources whose rows have a time are compared with the others over the same stretch of it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from perennial.kinds.columns import NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.number import NumberOutput
from tests.toy.numbers import NUMBERS
from tests.training.bad_data import Altered
from training.artifacts.feedback import FeedbackRows
from training.feedback.agreement import agreeing
from training.feedback.rows import LabelledRows
from training.task.task import Rows

KIND = TableInput(columns=(TimeColumn(name="t"), NumberColumn(name="day"), NumberColumn(name="x")))
START = datetime(2026, 1, 1, tzinfo=UTC)
SOURCES = ("a", "b", "c")


def made(hours: list[float]) -> tuple[list[list[object]], list[str]]:
    """Return rows and labels, which scatter by 30 by day and by 1 by night."""
    random = np.random.default_rng(0)
    day, x = (np.array(hours) % 24 >= 6) & (np.array(hours) % 24 < 22), random.normal(
        size=len(hours)
    )
    labels = 5 * x + 200 * day + random.normal(size=len(hours)) * np.where(day, 30, 1)
    times = [(START + timedelta(hours=hour)).isoformat() for hour in hours]
    rows = [[*row] for row in zip(times, day.astype(float).tolist(), x.tolist(), strict=True)]
    return rows, [repr(label) for label in labels.tolist()]


def kept(end: int, *, shuffled: str = "") -> set[str]:
    """Return the sources that are kept of 48 hours of labels that end at this hour.

    shuffled: the source whose labels are those of other rows.
    """
    hours = [24 * 70 + end - 48 + row / 12 for row in range(48 * 12)]
    rows, labels = made(hours)
    names = [SOURCES[row % 3] for row in range(len(rows))]
    honest = list(labels)
    places = [row for row, name in enumerate(names) if name == shuffled]
    for place, other in zip(places, np.random.default_rng(1).permutation(places), strict=True):
        labels[place] = honest[other]
    given = LabelledRows(
        KIND.to_arrow(rows),
        labels,
        [str(row[0]) for row in rows],
        [f"p{row}" for row in range(len(rows))],
        names,
        [False] * len(rows),
        [None] * len(rows),
        [],
    )
    base, truths = made([float(hour) for hour in range(24 * 60)])
    task = Altered(Rows(KIND.to_arrow(base), truths), KIND, NumberOutput())
    return set(agreeing(given, FeedbackRows.nothing(task), task, NUMBERS)[0].sources)


@pytest.mark.parametrize("end", [6, 22])
def test_honest_sources_are_kept_whatever_the_last_hours_are_like(end: int) -> None:
    """At 6 the latest rows are of the night, which is easier to predict than the whole."""
    assert kept(end) == set(SOURCES)


@pytest.mark.parametrize("end", [6, 22])
def test_a_source_with_labels_of_other_rows_is_left_out(end: int) -> None:
    """At 22 the latest rows are harder to predict than the whole."""
    assert kept(end, shuffled="a") == {"b", "c"}
