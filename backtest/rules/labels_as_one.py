"""How many labels count as one at each look, over arrays of costs per look, for simulations.

`perennial/statistics/serial.py` defines it, and monitoring/recording/labels_as_one.py which hours
it is learned from.
"""

from dataclasses import dataclass

import numpy as np

from backtest.rules.drift import Floats
from monitoring.thresholds import Thresholds, seconds
from perennial.statistics.serial import FEW, changing_effect


@dataclass(frozen=True)
class LabelsAsOne:
    """How many labels count as one; NaN where nothing is known.

    measured: in the reference's rows.  learned: from the hours of the version before.
    """

    measured: float = np.nan
    learned: float = np.nan

    def at(self, learned: Floats, thresholds: Thresholds) -> Floats:
        """Return how many do at each look; learned: by then, from the version's own hours."""
        known = np.where(np.isnan(learned), self.learned, learned)
        first = thresholds.label_design_effect if np.isnan(self.measured) else self.of_reference
        found = np.where(np.isnan(known), first, np.fmax(known, self.of_reference))
        limited: Floats = np.minimum(found, thresholds.most_design_effect)
        return limited

    @property
    def of_reference(self) -> float:
        """How many rows of the reference count as one: 1 where nobody measured it."""
        return 1.0 if np.isnan(self.measured) else self.measured


def learned(
    labels: tuple[Floats, Floats],
    reference: tuple[float, float],
    thresholds: Thresholds,
    *,
    pace: int,
) -> Floats:
    """Return how many labels count as one at each look, by the hours till then; shape (looks,).

    NaN before enough are known. Nothing of the last long window is learned, but of a version that
    knows nothing else.
    labels: what they cost, and how many came, by look.  reference: mean and deviation of what one
    of its rows costs.  pace: seconds between looks.
    """
    (cost, rows), (usual, deviation) = labels, reference
    span = max(1, seconds(thresholds.short_window) // pace)
    hours = len(rows) // span
    lost, came = (each[: hours * span].reshape(hours, span).sum(axis=1) for each in (cost, rows))
    with np.errstate(divide="ignore", invalid="ignore"):
        departures = np.where(came > 0, (lost - usual * came) / (deviation * np.sqrt(came)), np.nan)
    by_hour = np.array(
        [_effect(departures, end, span * pace, thresholds) for end in range(hours + 1)]
    )
    return by_hour[np.arange(len(rows)) // span]


def _effect(departures: Floats, end: int, hour: int, thresholds: Thresholds) -> float:
    """Return the effect by the hours before `end`; NaN where they are too few.  hour: seconds."""
    long = max(1, seconds(thresholds.long_window) // hour)
    many = max(long, seconds(thresholds.rhythm) // hour)
    # A change has an hour before it.
    old = departures[max(0, end - long - many - 1) : max(0, end - long)]
    young = departures[max(0, end - long - 1) : end]
    for past in (old, young):
        if np.count_nonzero(~np.isnan(np.diff(past))) >= FEW:
            return changing_effect(past, most=thresholds.most_design_effect)
    return np.nan
