"""Simulate the first forty days of a model without drift, and count the false alerts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np

from backtest.rules.drift import Bools, Floats, Watched, watch
from backtest.rules.past import NOTHING
from backtest.rules.quality import RowsAsOne, first_look
from backtest.rules.quality_alerts import answer_effects
from benchmarks.drift.bins import Bins
from benchmarks.drift.frame import Frame
from benchmarks.false_alarms.quality import Quality, labels
from benchmarks.false_alarms.traffic import DAY, STEADY, Rhythm, Traffic
from monitoring.thresholds import Thresholds

# A model's first version serves for some days, in which its rhythm becomes known; then, in the
# middle of a week, a month begins with a second one and a reference of its own.
FIRST, DAYS = 10, 30
# Columns of what is expected of answers.
EXPECTED = 2


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
    quality = Quality(frame, labels(whole), chosen, thresholds)
    begin = FIRST * DAY
    parts = replace(whole, minutes=begin), replace(whole, minutes=DAYS * DAY, start=begin)
    sums = [
        part.sums(np.column_stack([quality.columns, _indicators(each, frame)]), random)
        for part, each in zip(parts, bins, strict=True)
    ]
    expected = np.vstack([each[:, :EXPECTED] for each in sums])
    watched = _watched(bins, frame, [each[:, EXPECTED:] for each in sums], thresholds)
    outputs = {name: seen for name, seen in watched.items() if name in frame.output.signals}
    alerts = {
        "DataDrift": _drifted(seen for name, seen in watched.items() if name not in outputs),
        "PredictionDrift": _drifted(outputs.values()),
    }
    rows_as_one = _rows_as_one(outputs.values(), thresholds)
    alerts |= quality.alerts(expected, rows_as_one, random)
    return {name: _onsets(fired) for name, fired in alerts.items()}


def _indicators(bins: Bins, frame: Frame) -> Floats:
    """Return 1 in each row's bins, shape (rows, bins of all signals)."""
    found = np.zeros((len(frame), bins.size))
    np.put_along_axis(found, bins.codes(frame), 1, axis=1)
    return found


# A signal of the first version, and of the second.
Versions = tuple[Watched, Watched]


def _watched(
    bins: list[Bins], frame: Frame, sums: list[Floats], thresholds: Thresholds
) -> dict[str, Versions]:
    """Return what the rules see of every signal; bins: of the first version, and of the second."""
    found = {}
    for place, name in enumerate((*frame.numeric_names, *frame.categorical_names)):
        seen, past = [], NOTHING
        for version, came in zip(bins, sums, strict=True):
            start = version.starts[place]
            counts = came[:, start : start + version.sizes[place]]
            seen.append(watch(counts, version.reference(place), thresholds, history=past))
            past = seen[-1].history
        found[name] = (seen[0], seen[1])
    return found


def _drifted(signals: Iterable[Versions]) -> Bools:
    """Return the looks at which any of these signals drifts."""
    found = np.zeros((FIRST + DAYS) * DAY, np.bool_)
    for versions in signals:
        found |= np.concatenate([seen.drifted for seen in versions])
    return found


def _rows_as_one(outputs: Collection[Versions], thresholds: Thresholds) -> RowsAsOne:
    """Return how many predictions count as one, from when the longest window is full."""
    effects = [answer_effects(signals, thresholds) for signals in zip(*outputs, strict=True)]
    before = first_look(thresholds) - 1
    return {
        window: np.concatenate([each[window] for each in effects])[before:]
        for window in (thresholds.windows if effects else ())
    }


def _onsets(fired: Bools) -> int:
    return int(fired[0]) + int(np.count_nonzero(fired[1:] & ~fired[:-1]))
