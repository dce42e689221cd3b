"""How many labels count as one at each look, over arrays of costs per look, for simulations.

`perennial/statistics/serial.py` defines it. Here it is computed once per long window.
"""

import numpy as np

from backtest.rules.drift import Floats
from monitoring.thresholds import Thresholds, seconds
from perennial.statistics.serial import changing_effect


def labels_as_one(
    labels: tuple[Floats, Floats],
    reference: tuple[float, float],
    least: float,
    thresholds: Thresholds,
    *,
    pace: int,
) -> Floats:
    """Return how many labels count as one, at least `least`, shape (looks,).

    labels: what they cost, and how many came, by look.  reference: mean and deviation of what one
    of its rows costs.  pace: seconds between looks. Nothing of the last long window is learned.
    """
    (cost, rows), (usual, deviation) = labels, reference
    found = np.full(len(rows), least)
    span = max(1, seconds(thresholds.short_window) // pace)
    long = max(1, seconds(thresholds.long_window) // pace // span)
    many = max(long, seconds(thresholds.rhythm) // pace // span)
    hours = len(rows) // span
    lost, came = (each[: hours * span].reshape(hours, span).sum(axis=1) for each in (cost, rows))
    with np.errstate(divide="ignore", invalid="ignore"):
        departures = np.where(came > 0, (lost - usual * came) / (deviation * np.sqrt(came)), np.nan)
    for end in range(2 * long, hours + 1, long):
        past = departures[max(0, end - long - many) : end - long]
        effect = changing_effect(past, most=thresholds.most_design_effect)
        found[end * span :] = max(least, effect)
    return found
