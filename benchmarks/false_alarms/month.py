"""Simulate the first forty days of a model without drift, and count the false alerts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from backtest.rules.drift import Bools, Floats, History, Watched, watch
from backtest.rules.past import NOTHING
from backtest.rules.quality import RowsAsOne
from backtest.rules.quality_alerts import NOTHING as NO_LABELS
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
NO_SIGNALS: Mapping[str, History] = {}


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
    parts = replace(whole, minutes=FIRST * DAY), replace(
        whole, minutes=DAYS * DAY, start=FIRST * DAY
    )
    found, past, known = [], NO_SIGNALS, NO_LABELS
    for part in parts:
        chosen = random.choice(len(frame), population.reference_rows, p=shares)
        bins, quality = Bins(frame.take(chosen)), Quality(frame, labels(part), chosen, thresholds)
        sums = part.sums(np.column_stack([quality.columns, _indicators(bins, frame)]), random)
        watched = _watched(bins, frame, sums[:, EXPECTED:], thresholds, past)
        outputs = {name: seen for name, seen in watched.items() if name in frame.output.signals}
        rows_as_one = _rows_as_one(outputs.values(), thresholds)
        fired, known = quality.alerts(sums[:, :EXPECTED], rows_as_one, random, known)
        past = {name: seen.history for name, seen in watched.items()}
        inputs = (seen for name, seen in watched.items() if name not in outputs)
        drifted = [_drifted(each, part.minutes) for each in (inputs, outputs.values())]
        found.append({"DataDrift": drifted[0], "PredictionDrift": drifted[1], **fired})
    return {name: _onsets(np.concatenate([each[name] for each in found])) for name in found[0]}


def _indicators(bins: Bins, frame: Frame) -> Floats:
    """Return 1 in each row's bins, shape (rows, bins of all signals)."""
    found = np.zeros((len(frame), bins.size))
    np.put_along_axis(found, bins.codes(frame), 1, axis=1)
    return found


def _watched(
    bins: Bins,
    frame: Frame,
    came: Floats,
    thresholds: Thresholds,
    past: Mapping[str, History],
) -> dict[str, Watched]:
    """Return what the rules see of every signal of a version; past: what the one before learned."""
    found = {}
    for place, name in enumerate((*frame.numeric_names, *frame.categorical_names)):
        start = bins.starts[place]
        counts, before = came[:, start : start + bins.sizes[place]], past.get(name, NOTHING)
        found[name] = watch(counts, bins.reference(place), thresholds, history=before)
    return found


def _drifted(signals: Iterable[Watched], looks: int) -> Bools:
    """Return the looks at which any of these signals drifts."""
    found = np.zeros(looks, np.bool_)
    for seen in signals:
        found |= seen.drifted
    return found


def _rows_as_one(outputs: Collection[Watched], thresholds: Thresholds) -> RowsAsOne:
    """Return how many predictions count as one, at each look."""
    return answer_effects(outputs, thresholds) if outputs else {}


def _onsets(fired: Bools) -> int:
    return int(fired[0]) + int(np.count_nonzero(fired[1:] & ~fired[:-1]))
