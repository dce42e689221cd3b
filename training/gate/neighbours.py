"""How many rows tell as much as an independent one, since rows that come together are alike."""

import numpy as np

from perennial.statistics.counts import Floats
from perennial.statistics.daily import daily_effect
from perennial.statistics.serial import design_effect
from training.artifacts.times import Times

DAY = np.timedelta64(1, "D")


def effect(losses: Floats, times: Times | None) -> float:
    """Return the design effect of losses, or of their differences; 1 for rows without times.

    Where a row lacks its time, none tells the hour of the day; the order of the others counts.
    """
    if times is None or not len(times):
        return 1.0
    order = np.argsort(times, kind="stable")
    ordered, came = losses[order], times[order]
    if np.isnat(came).any():
        return design_effect(ordered)
    return daily_effect(ordered, (came - came[0]) / DAY)
