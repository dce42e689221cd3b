"""News whose topics change: one is rare at first, and frequent from a row on."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow

from training.task.files import rows_file
from training.task.rows_file import read_table
from training.task.task import Rows
from training.tasks import TASKS

NAME = "news"
# The columns with the true labels, and with those of people.
LABEL, HUMAN = "label", "human_label"
# Of the texts about the last topic, the share that comes after the change.
LATER = 0.9
# Between which shares of the history the change is drawn: well after the first model's rows, which
# are a fifth, and well before the end.
BETWEEN = (0.4, 0.85)


def topics(seed: int) -> Rows:
    """Return the texts that people labelled too, with their true labels."""
    table = _ordered(seed)
    return Rows(table.select(TASKS[NAME].input.arrow_schema().names), table[LABEL].to_pylist())


def by_people(seed: int) -> Sequence[str]:
    """Return what people took the same texts for, in the same order."""
    found: list[str] = _ordered(seed)[HUMAN].to_pylist()
    return found


@cache
def _ordered(seed: int) -> pyarrow.Table:
    """Return the rows in the order in which they come."""
    rare_topic = TASKS[NAME].output.labels[-1]
    table = read_table(rows_file(NAME))
    table = table.filter(table[HUMAN].is_valid())
    random = np.random.default_rng(seed)
    rare = np.array([label == rare_topic for label in table[LABEL].to_pylist()])
    place = random.random(len(table))
    later, change = random.random(len(table)) < LATER, random.uniform(*BETWEEN)
    own = np.where(later, change + place * (1 - change), place * change)
    order = np.argsort(np.where(rare, own, place))
    return table.take(pyarrow.array(order))
