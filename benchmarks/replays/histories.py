"""The histories that the policies are compared on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow
import pyarrow.compute

from backtest.made import TASKS
from backtest.streams.made.rows import KINDS, rows
from benchmarks.replays.topics import NAME as NEWS
from benchmarks.replays.topics import by_people, topics
from training.task.task import Rows

ADULT, MADE, WEATHER, BIKES = "adult", "made", "weather", "bikes"
MADE_ROWS = 20_000
ONCE = ("sudden", "concept only")
# Two years at ten rows an hour.
LONG, LONG_RATE = 175_200, "10/h"
Make = Callable[[int], Rows]


@dataclass(frozen=True)
class Named:
    """A history.

    rows: by seed; where they are one file, each seed begins at another row.
    sent: the labels that arrive, where labellers err.
    """

    task: str
    rows: Make
    rate: str = "1/m"
    late: str = "0s"
    start: int = 2000
    sent: Callable[[int], Sequence[str]] | None = None


def _own(task: str) -> Make:
    return lambda seed: TASKS[task].load()


def _made(kind: str, count: int = MADE_ROWS) -> Make:
    return lambda seed: rows(kind, count, seed=seed)


def _once(kind: str) -> Make:
    """Return histories that change once, at a row that is drawn."""
    return lambda seed: rows(kind, MADE_ROWS, seed=seed, middle=_drawn(np.random.default_rng(seed)))


def _drawn(random: np.random.Generator) -> float:
    """Return the share of a history after which it changes, of the middle three fifths.

    In the very middle, a clock of one pipeline would come just after it, by chance.
    """
    return random.uniform(0.2, 0.8)


def changed(seed: int) -> Rows:
    """Return the rows of adult in another order, from a row on as a new form writes them.

    Hours are of a day, years of education are counted from the top, and the married are divorced:
    what columns mean has changed, and labels are as they were.
    """
    own, random = TASKS[ADULT].load(), np.random.default_rng(seed)
    order = random.permutation(len(own.labels))[:MADE_ROWS]
    table = own.table.take(pyarrow.array(order))
    later = pyarrow.array(np.arange(len(order)) >= _drawn(random) * len(order))
    compute = pyarrow.compute
    new = {
        "hours_per_week": compute.ceil(compute.divide(table["hours_per_week"], 5)),
        "education_num": compute.subtract(17, table["education_num"]),
        "marital_status": compute.replace_substring(
            table["marital_status"], "Married-civ-spouse", "Divorced"
        ),
    }
    for name, column in new.items():
        place = table.schema.get_field_index(name)
        both = compute.if_else(later, column, table[name])
        table = table.set_column(place, table.schema.field(name), both)
    return Rows(table, [own.labels[at] for at in order.tolist()])


HISTORIES: Mapping[str, Named] = {
    "bikes": Named(BIKES, _own(BIKES), rate=""),
    # Four months, since the rules learn for a week what is usual.
    "weather": Named(WEATHER, _own(WEATHER), rate="6/h"),
    "adult, a new form comes": Named(ADULT, changed),
    **{
        f"made, {kind}": Named(MADE, (_once if kind in ONCE else _made)(kind), start=1000)
        for kind in KINDS
        if kind != "stationary"
    },
    "made, sudden, labels 6 hours late": Named(MADE, _once("sudden"), late="6h", start=1000),
    # Three weeks.
    "news, a topic comes": Named(NEWS, topics, rate="20/h"),
    "news, a topic comes, labels of people": Named(NEWS, topics, rate="20/h", sent=by_people),
    "made, stationary for two years": Named(
        MADE, _made("stationary", LONG), rate=LONG_RATE, start=1000
    ),
}
