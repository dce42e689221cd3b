"""How many rows more would tell whether a gain is real."""

import math

from training.gate.comparison import Comparison


def growth(found: Comparison, *, level: float) -> float | None:
    """Return how many times the rows would make the gain on them significant; None without one.

    A statistic that is about normal grows with the root of the rows. Of the headline and the log
    loss, the one counts that tells more.
    level: of the paired test, usually 0.05.

    >>> from training.gate.comparison import Difference, Score
    >>> here, main = Score(0.88, 0.78, 0.95), Score(0.75, 0.63, 0.85)
    >>> near = Comparison(60, 0.9, here, main, Difference(0.13, -0.01, 0.27, p=0.077))
    >>> round(growth(near, level=0.05), 2)
    1.23
    >>> growth(Comparison(60, 0.9, main, here, Difference(-0.13, -0.27, 0.01, 0.077)), level=0.05)
    """
    from scipy.stats import norm

    difference, sure = found.difference, found.surprise
    if difference is None or not found.headline.better(difference.value):
        return None
    chances = [difference.p]
    if sure is not None and sure.challenger < sure.champion:
        chances.append(sure.p)
    statistic = float(norm.isf(min(chances) / 2))
    times = float(norm.isf(level / 2)) / statistic if statistic > 0 else math.inf
    return times**2 if math.isfinite(times**2) else None
