"""How many labels count as one at each look, over arrays of costs per look, for simulations.

`perennial/statistics/serial.py` defines it, and monitoring/recording/labels_as_one.py which hours
it is learned from.
"""

from dataclasses import dataclass

import numpy as np

from backtest.rules.drift import Floats
from monitoring.thresholds import Thresholds, seconds
from perennial.statistics.serial import FEW, changes, changing_effect


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
    labels: tuple[Floats, Floats, Floats], deviation: float, thresholds: Thresholds, *, pace: int
) -> Floats:
    """Return how many labels count as one at each look, by the hours till then; shape (looks,).

    NaN before enough are known. Nothing of the last long window is learned, but of a version that
    knows nothing else.
    labels: what they cost, the squares of that, and how many came, by look.  deviation: of what a
    row of the reference costs; that of an hour's labels counts where it is larger.
    pace: seconds between looks.
    """
    span = max(1, seconds(thresholds.short_window) // pace)
    hours = len(labels[0]) // span
    lost, squares, came = (each[: hours * span].reshape(hours, span).sum(axis=1) for each in labels)
    came = np.where(came > 0, came, np.nan)
    means = lost / came
    variances = np.maximum(squares / came - means**2, deviation**2) / came
    effects = [_effect(means, variances, end, span * pace, thresholds) for end in range(hours + 1)]
    return np.array(effects)[np.arange(len(labels[0])) // span]


def _effect(means: Floats, variances: Floats, end: int, hour: int, thresholds: Thresholds) -> float:
    """Return the effect by the hours before `end`; NaN where they are too few.  hour: seconds."""
    long = max(1, seconds(thresholds.long_window) // hour)
    many = max(long, seconds(thresholds.rhythm) // hour)
    # A change has an hour before it.
    old = slice(max(0, end - long - many - 1), max(0, end - long))
    young = slice(max(0, end - long - 1), end)
    most = thresholds.most_design_effect
    for past in (old, young):
        if np.count_nonzero(~np.isnan(changes(means[past], variances[past]))) >= FEW:
            return changing_effect(means[past], variances[past], most=most)
    return np.nan
