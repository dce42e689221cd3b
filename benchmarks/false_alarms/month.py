"""Simulate the first forty days of a model without drift, and count the false alerts."""

from dataclasses import dataclass

import numpy as np

from backtest.rules.drift import Bools, Floats, Reference, watch
from backtest.rules.past import NOTHING
from benchmarks.drift.bins import Bins
from benchmarks.drift.frame import Frame
from benchmarks.false_alarms.quality import Watched
from benchmarks.false_alarms.traffic import DAY, STEADY, Rhythm, Traffic
from monitoring.thresholds import Thresholds
from perennial.statistics.evidence import critical_value

# A model's first version serves for some days, in which its rhythm becomes known; then, in the
# middle of a week, a month begins with a second one and a reference of its own.
FIRST, DAYS = 10, 30
# As in params.yaml.
FAMILY_LEVEL = 0.01


@dataclass(frozen=True)
class Population:
    """All rows of a task, from which reference and traffic are drawn.

    swing, rhythm, run: as in `Traffic`.  reference_rows: rows of the reference.
    """

    frame: Frame
    swing: Floats
    reference_rows: int
    rhythm: Rhythm = STEADY
    run: float = 1.0


def simulate(
    population: Population, rate: float, thresholds: Thresholds, random: np.random.Generator
) -> dict[str, int]:
    """Return how often each alert started, evaluated every minute of all days.

    rate: mean requests per minute.
    """
    frame = population.frame
    whole = Traffic(rate, (FIRST + DAYS) * DAY, population.swing, population.rhythm, population.run)
    shares = whole.weights / whole.weights.sum()
    chosen = random.choice(len(frame), population.reference_rows, p=shares)
    bins = [Bins(frame.take(chosen))]
    chosen_again = random.choice(len(frame), population.reference_rows, p=shares)
    bins.append(Bins(frame.take(chosen_again)))
    watched = Watched(frame, whole, chosen, thresholds)
    columns = [*(_indicators(each, frame) for each in bins), watched.columns]
    sums = whole.sums(np.column_stack(columns), random)
    inputs, outputs = _drift(bins, frame, sums, thresholds)
    alerts = {"DataDrift": inputs, "PredictionDrift": outputs}
    alerts |= watched.alerts(sums[:, sum(each.size for each in bins) :], random)
    return {name: _onsets(fired) for name, fired in alerts.items()}


def _indicators(bins: Bins, frame: Frame) -> Floats:
    """Return 1 in each row's bins, shape (rows, bins of all signals)."""
    found = np.zeros((len(frame), bins.size))
    np.put_along_axis(found, bins.codes(frame), 1, axis=1)
    return found


def _drift(
    bins: list[Bins], frame: Frame, sums: Floats, thresholds: Thresholds
) -> tuple[Bools, Bools]:
    """Return the looks at which an input signal drifts, and those at which an output does.

    bins: of the first version, and of the second.
    """
    names = (*frame.numeric_names, *frame.categorical_names)
    sides = {True: np.zeros(len(sums), bool), False: np.zeros(len(sums), bool)}
    for place, name in enumerate(names):
        past, start = NOTHING, 0
        for version, part in zip(bins, (slice(FIRST * DAY), slice(FIRST * DAY, None)), strict=True):
            columns = slice(start + version.starts[place], None)
            counts = sums[part, columns][:, : version.sizes[place]]
            seen = watch(counts, _reference(version, place, frame), thresholds, history=past)
            sides[name in frame.output.signals][part] |= seen.drifted
            past, start = seen.history, start + version.size
    return sides[False], sides[True]


def _reference(bins: Bins, place: int, frame: Frame) -> Reference:
    size = bins.sizes[place]
    part = slice(bins.starts[place], bins.starts[place] + size)
    tests = len(bins.sizes) + len(frame.numeric_names)
    critical, rank = (critical_value(k, level=FAMILY_LEVEL, tests=tests) for k in (size, 2))
    return Reference(bins.shares[part], bins.rows, critical, rank, int(bins.ordered[part].sum()))


def _onsets(fired: Bools) -> int:
    return int(fired[0]) + int(np.count_nonzero(fired[1:] & ~fired[:-1]))
