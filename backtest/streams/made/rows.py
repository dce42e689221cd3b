"""Histories that change in one known way each."""

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow

from perennial.kinds.columns import NumberColumn, TimeColumn
from perennial.kinds.inputs.table import TableInput
from perennial.kinds.outputs.classes import ClassesOutput
from perennial.statistics.counts import Floats
from training.task.task import Rows

COLUMNS = tuple(f"x{place}" for place in range(5))
TIME = "time"
INPUT = TableInput(columns=(TimeColumn(name=TIME), *(NumberColumn(name=name) for name in COLUMNS)))
OUTPUT = ClassesOutput(labels=("no", "yes"))
FIRST = np.datetime64("2001-01-01", "us")
# What the numbers mean before and after, and by how much they move.
BEFORE = np.array([2.0, -2.0, 1.0, 0.0, 0.0])
AFTER = np.array([0.0, -2.0, 1.0, 2.0, -1.0])
MOVED = np.array([1.0, 1.0, 0.0, 0.0, 0.0])
# Waves of a rhythm in a history; and how often a recurring change comes.
DAYS, TIMES = 14, 3


def _half(place: Floats) -> Floats:
    return (place >= 0.5).astype(np.float64)


def _ramp(place: Floats) -> Floats:
    return np.clip(2 * place - 0.5, 0, 1)


def _recurs(place: Floats) -> Floats:
    return np.floor(place * 2 * TIMES) % 2


def _nothing(place: Floats) -> Floats:
    return np.zeros(len(place))


def _wave(place: Floats) -> Floats:
    return np.sin(2 * np.pi * DAYS * place)


# For each kind: the chance that a row is of the changed inputs, or of the changed meaning, by its
# place from 0 to 1; with a rhythm, how far its inputs have moved.
Chance = Callable[[Floats], Floats]
KINDS: Mapping[str, tuple[Chance, Chance]] = {
    "stationary": (_nothing, _nothing),
    "sudden": (_half, _half),
    "gradual": (_ramp, _ramp),
    "recurring": (_recurs, _recurs),
    "rhythm only": (_wave, _nothing),
    "concept only": (_nothing, _half),
}


def rows(kind: str, count: int, *, seed: int, middle: float = 0.5) -> Rows:
    """Return a history of a kind, a row a minute.

    Labels are random where the sum of the numbers is near 0.
    middle: the share of the rows that comes before what is in the middle of its kind.
    """
    random = np.random.default_rng([seed, count])
    place = np.interp((np.arange(count) + 0.5) / count, [0, middle, 1], [0, 0.5, 1])
    moves, means = (chance(place) for chance in KINDS[kind])
    shifts = moves if kind == "rhythm only" else (random.random(count) < moves).astype(np.float64)
    values = random.normal(size=(count, len(COLUMNS))) + shifts[:, None] * MOVED
    weights = np.where((random.random(count) < means)[:, None], AFTER, BEFORE)
    yes = random.random(count) < 1 / (1 + np.exp(-(values * weights).sum(axis=1)))
    minutes = np.arange(count) * np.timedelta64(60_000_000, "us")
    times = pyarrow.array(FIRST + minutes).cast(pyarrow.timestamp("us", tz="UTC"))
    columns = [times, *(pyarrow.array(column) for column in values.T)]
    table = pyarrow.table(columns, [TIME, *COLUMNS])
    return Rows(table, [OUTPUT.labels[label] for label in yes.astype(int).tolist()])
