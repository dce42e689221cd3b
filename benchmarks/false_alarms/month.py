"""Simulate a month of traffic without drift, and count the false alerts."""

from dataclasses import dataclass

import numpy as np

from benchmarks.drift.bins import Bins
from benchmarks.drift.frame import Frame
from benchmarks.false_alarms.quality import Watched
from benchmarks.false_alarms.traffic import DAY, Traffic
from backtest.rules.drift import Bools, Floats, Reference, looks, minutes
from monitoring.thresholds import Thresholds
from perennial.statistics.evidence import critical_value

DAYS = 30
# As in params.yaml.
FAMILY_LEVEL = 0.01


@dataclass(frozen=True)
class Population:
    """All rows of a task, from which reference and traffic are drawn.

    swing: as in `Traffic`.  reference_rows: rows of the reference.
    """

    frame: Frame
    swing: Floats
    reference_rows: int


def simulate(
    population: Population, rate: float, thresholds: Thresholds, random: np.random.Generator
) -> dict[str, int]:
    """Return how often each alert started in a month, evaluated every minute.

    The month starts when the longest window is full. rate: mean requests per minute.
    """
    frame, warm = population.frame, minutes(thresholds.long_window)
    traffic = Traffic(rate, warm + DAYS * DAY, population.swing)
    shares = traffic.weights / traffic.weights.sum()
    chosen = random.choice(len(frame), population.reference_rows, p=shares)
    bins = Bins(frame.take(chosen))
    watched = Watched(frame, traffic, chosen, thresholds)
    sums = traffic.sums(np.column_stack([_indicators(bins, frame), watched.columns]), random)
    inputs, outputs = _drift(bins, frame, sums, thresholds)
    found = {"DataDrift": inputs, "PredictionDrift": outputs}
    found |= watched.alerts(sums[:, bins.size :], random)
    return {name: _onsets(fired) for name, fired in found.items()}


def _indicators(bins: Bins, frame: Frame) -> Floats:
    """Return 1 in each row's bins, shape (rows, bins of all signals)."""
    found = np.zeros((len(frame), bins.size))
    np.put_along_axis(found, bins.codes(frame), 1, axis=1)
    return found


def _drift(bins: Bins, frame: Frame, sums: Floats, thresholds: Thresholds) -> tuple[Bools, Bools]:
    """Return the looks at which an input signal drifts, and those at which an output does."""
    names = (*frame.numeric_names, *frame.categorical_names)
    sides = {True: np.zeros(DAYS * DAY + 1, bool), False: np.zeros(DAYS * DAY + 1, bool)}
    tests = len(names) + len(frame.numeric_names)
    for name, start, size in zip(names, bins.starts, bins.sizes, strict=True):
        part = slice(start, start + size)
        critical = critical_value(size, level=FAMILY_LEVEL, tests=tests)
        rank = critical_value(2, level=FAMILY_LEVEL, tests=tests)
        ordered = int(bins.ordered[part].sum())
        reference = Reference(bins.shares[part], bins.rows, critical, rank, ordered)
        for seen in looks(sums[:, part], reference, thresholds):
            sides[name in frame.output.signals] |= seen.drifted(thresholds)
    return sides[False], sides[True]


def _onsets(fired: Bools) -> int:
    return int(fired[0]) + int(np.count_nonzero(fired[1:] & ~fired[:-1]))
