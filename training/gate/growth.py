"""How many rows more would tell whether a gain is real."""

import math

from training.gate.comparison import Comparison
from training.gate.rules.unlearnable_labels import LEVEL, worse_end


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
    difference, sure = found.difference, found.surprise
    if difference is None or not found.headline.better(difference.value):
        return None
    chances = [difference.p]
    if sure is not None and sure.challenger < sure.champion:
        chances.append(sure.p)
    return _finite(_times(min(chances), level))


def learning_growth(found: Comparison, *, level: float) -> float | None:
    """Return how many times the rows would show that the labels can be learnt, and the gain.

    None where the challenger is no better than the constant answer or than the champion.
    level: as of `growth`.

    >>> from training.gate.comparison import Difference, Score
    >>> here, main = Score(0.695, 0.548, 0.8), Score(0.22, 0.1, 0.35)
    >>> near = Comparison(59, 0.559, here, main, Difference(0.475, 0.3, 0.65, p=1e-6))
    >>> round(learning_growth(near, level=0.05), 2)
    1.17
    """
    words, score = found.headline, found.challenger
    gain = growth(found, level=level)
    if gain is None:
        return None
    lead = score.value - found.constant
    ways = [((score.value - worse_end(words, score)) / lead) ** 2] if words.better(lead) else []
    if found.learnt is not None:
        ways.append(_times(found.learnt, LEVEL))
    return _finite(max(min(ways, default=math.inf), gain))


def _times(p: float, level: float) -> float:
    """Return how many times the rows take a p-value to a level; infinite of a p-value of 1."""
    from scipy.stats import norm

    statistic = float(norm.isf(p / 2))
    return (float(norm.isf(level / 2)) / statistic) ** 2 if statistic > 0 else math.inf


def _finite(times: float) -> float | None:
    return times if math.isfinite(times) else None
