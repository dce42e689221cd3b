"""How much less rows tell that follow each other in time and know day and night."""

import numpy as np

from perennial.statistics.counts import Floats
from perennial.statistics.serial import design_effect

# A rhythm shows once it has come so many times. It is fitted by so many waves a day: the day's own,
# and half of it.
FEWEST_DAYS, WAVES = 3.0, 2
FEWEST_ROWS = 40


def daily_effect(losses: Floats, days: Floats) -> float:
    """Return how many rows in time order tell as much of their mean as an independent one.

    It is `serial.design_effect` of what is left without a daily rhythm. Rows by day are alike, and
    so are rows by night, but each whole day has both: a rhythm moves the mean only by the part of a
    day at the end, so of D days 1/D of its effect remains. With under 3 days it all does.
    losses: in time order.  days: when each row came, increasing. Both have the shape (rows,).
    Source: harmonic regression, Cryer and Chan, Time Series Analysis, 2008, section 3.3.

    >>> random, days = np.random.default_rng(1), np.arange(4800) / 480
    >>> losses = random.normal(size=4800) + np.sin(2 * np.pi * days)
    >>> round(design_effect(losses)), round(daily_effect(losses, days))
    (36, 5)
    """
    whole = design_effect(losses)
    if whole == 1 or len(losses) < FEWEST_ROWS or days[-1] - days[0] < FEWEST_DAYS:
        return whole
    left = design_effect(losses - _rhythm(losses, days))
    return left + max(0.0, whole - left) / float(days[-1] - days[0])


def _rhythm(losses: Floats, days: Floats) -> Floats:
    """Return the waves of a day that fit best, and the mean, shape (rows,)."""
    turns = 2 * np.pi * np.outer(days - days[0], np.arange(1, WAVES + 1))
    waves = np.hstack([np.ones((len(days), 1)), np.cos(turns), np.sin(turns)])
    fitted: Floats = waves @ np.linalg.lstsq(waves, losses, rcond=None)[0]
    return fitted
