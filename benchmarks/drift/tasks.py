"""Prepare a task: train its model, fit its signals, and apply each shift to its population."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.drift import columns, models
from benchmarks.drift.data import LOADERS
from benchmarks.drift.frame import Floats, Frame
from benchmarks.drift.shifts import SHIFTS, weights

# Rows of the reference, drawn like traffic from the population.
REFERENCE_ROWS = {
    "tabular": 5_000,
    "amounts": 5_000,
    "digits": 700,
    "cifar10": 5_000,
    "news": 5_000,
}


@dataclass(frozen=True)
class Setting:
    """One shift at one strength: the shifted population and the probability of each row."""

    shift: str
    strength: str
    grade: int
    frame: Frame
    weights: Floats | None


@dataclass(frozen=True)
class Task:
    """The rows without a shift, and under each setting.

    sides: 1 for the rows of the day and -1 for those of the night, where traffic has a rhythm: of
    the lower and the upper half of the classes, or of the amounts.
    """

    name: str
    reference_rows: int
    base: Frame
    sides: Floats
    settings: tuple[Setting, ...]


def build(name: str, *, data: Path, seed: int) -> Task:
    """Return the task; the same seed gives the same task."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    rows = LOADERS[name](data, rng)
    predict = models.fit(rows, seed=seed)
    extracted = columns.extraction(rows)
    frame = partial(columns.frame, extracted, labels=rows.labels, output=rows.output)
    base = frame(rows.population, values=predict(rows.population))

    def settings() -> Iterator[Setting]:
        for shift in SHIFTS[rows.kind]:
            for grade, strength in enumerate(shift.strengths, start=1):
                said = f"{strength:g} {shift.unit}"
                if shift.change is None:
                    yield Setting(shift.name, said, grade, base, weights(rows.mix, strength))
                    continue
                inputs = shift.change(rows.population, strength, rng)
                moved = frame(inputs, values=predict(inputs))
                yield Setting(shift.name, said, grade, moved, None)

    sides = np.where(rows.labels < rows.middle, 1.0, -1.0)
    return Task(name, REFERENCE_ROWS[name], base, sides, tuple(settings()))
