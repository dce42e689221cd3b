"""How much worse answers were at the same hours of last week, over arrays per look.

The rules are those of `monitoring/recording/same_hours.py`. Nothing is known of the time before the
first look.
"""

from dataclasses import dataclass

import numpy as np

from backtest.rules.drift import Floats
from backtest.rules.past import NONE, largest
from monitoring.recording.same_hours import SURELY, ago
from monitoring.thresholds import Thresholds, seconds


@dataclass(frozen=True)
class Mean:
    """A window at each look: how much more its labels cost on average than is usual.

    rise: that, 0 without labels.  error: its standard error.  rows: how many labels there are.
    """

    rise: Floats
    error: Floats
    rows: Floats

    def after(self, looks: int) -> "Mean":
        """Return the same with so many looks without labels before it."""
        return Mean(*(np.pad(each, (looks, 0)) for each in (self.rise, self.error, self.rows)))

    def beyond(self, rise: Floats, part: slice) -> "Mean":
        """Return some of the looks, with how much they rose beyond that."""
        return Mean(self.rise[part] - rise, self.error[part], self.rows[part])


def no_news(mean: Mean, long: Mean, least: float, thresholds: Thresholds, *, pace: int) -> Floats:
    """Return the rise of a window's mean that is no news, at each look.

    long: of the long window.  least: a rhythm that rose more as a whole is none.
    pace: seconds between looks.
    """
    looks, around = np.arange(len(mean.rise)), max(1, seconds(thresholds.short_window) // pace)
    # Hours without labels tell nothing: then those of yesterday count.
    surely = np.where(mean.rows > 0, np.maximum(mean.rise - SURELY * mean.error, 0), NONE)
    found = np.zeros(len(looks))
    for span in reversed(ago(thresholds)):
        many = seconds(span) // pace
        then = largest(surely, 0, ends=looks - many + around, many=2 * around)
        found = np.where(then == NONE, found, then)
        begin = np.maximum(looks + 1 - many, 0)
        total, seen = (
            np.concatenate([[0.0], np.cumsum(each)]) for each in (long.rise, long.rows > 0)
        )
        lasting = (total[1:] - total[begin]) / np.maximum(seen[1:] - seen[begin], 1)
    return np.where(lasting > least, 0, found) if ago(thresholds) else found
