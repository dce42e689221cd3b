"""The rows that the demo sends; no model was trained on them when they come."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow

from demo.inputs.demo_input import DemoInput
from demo.traffic import Pool
from perennial.statistics.counts import Floats
from training.artifacts.splits import Split, file_of, known
from training.task.task import Rows, Task

LABEL_DELAY = 3.0  # seconds
SEED = 11


def shuffled_test_rows(prepared: Path, task: Task) -> tuple[pyarrow.Table, list[str]]:
    """Return a task's test rows and their labels, in random order.

    In their own order, rows of one time come together, which alone looks like drift.
    """
    test = Split.read(file_of(prepared, "test"), task.input)
    rows = test.where(np.random.default_rng(SEED).permutation(len(test.labels)))
    return rows.table, [task.output.label_of(truth) for truth in rows.labels]


def steady(
    demo: DemoInput,
    rows: pyarrow.Table,
    labels: Sequence[str],
    *,
    sent: Sequence[str] | None = None,
    delay: float = LABEL_DELAY,
) -> Pool:
    """Return rows that are sent again and again, with their labels a few seconds later.

    sent: the labels that labellers send, if these are not the true ones.
    delay: seconds after which each label comes.
    """
    instances, delays = demo.instances(rows), [delay] * len(labels)
    return Pool(instances, labels, labels if sent is None else sent, delays)


def scrambled(labels: Sequence[str]) -> list[str]:
    """Return the labels in another order."""
    order = np.random.default_rng(SEED).permutation(len(labels))
    return [labels[place] for place in order]


def in_time(demo: DemoInput, rows: Rows, *, delay: float, rate: float) -> Pool:
    """Return rows that are each sent once, with labels that are late in the rows' own time.

    A label comes when the first row that is `delay` seconds later is sent.
    rows: in the order of their times.  rate: rows sent in a second.
    """
    seconds = microseconds(rows.table, demo.time or "") / 1e6
    rows_until = np.searchsorted(seconds, seconds + delay) - np.arange(len(seconds))
    truth = known(rows.labels)
    return Pool(demo.instances(rows.table), truth, truth, (rows_until / rate).tolist(), once=True)


def ordered(rows: Rows, column: str) -> Rows:
    """Return the rows that have a time and a label, in the order of their times."""
    times = microseconds(rows.table, column)
    order = [
        place
        for place in np.argsort(times, kind="stable").tolist()
        if rows.labels[place] is not None and not np.isnan(times[place])
    ]
    return Rows(rows.table.take(order), [rows.labels[place] for place in order])


def microseconds(rows: pyarrow.Table, column: str) -> Floats:
    """Return the times of rows in microseconds since 1970; NaN where they are missing."""
    numbers = rows[column].cast(pyarrow.int64()).to_pylist()
    return np.array([np.nan if number is None else number for number in numbers], np.float64)
