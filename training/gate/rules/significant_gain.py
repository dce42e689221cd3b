"""Promote if the challenger is significantly better than the champion."""

from training.gate.comparison import Comparison
from training.gate.figures import in_words


def significant_gain(name: str, found: Comparison, *, level: float) -> str | None:
    """Return the reason to promote, or None: no champion, no gain, or a gain by chance.

    name: of the rows, `base` or `fresh`.  found: the comparison on them.
    level: significance level of the paired test of the output's kind, usually 0.05.
    Source: for classes McNemar, Psychometrika 12, 1947.

    >>> from training.gate.comparison import Difference, Score
    >>> here, main = Score(0.9, 0.83, 0.94), Score(0.8, 0.71, 0.87)
    >>> found = Comparison(100, 0.1, here, main, Difference(0.1, 0.04, 0.17, p=0.01))
    >>> significant_gain("fresh", found, level=0.05)
    'a significant gain on fresh rows: accuracy 0.800 to 0.900 on 100 rows, p = 0.01'
    >>> significant_gain("fresh", found, level=0.001)
    """
    difference = found.difference
    if difference is None or difference.p >= level:
        return None
    if not found.headline.better(difference.value):
        return None
    return f"a significant gain on {name} rows: {in_words(found)}"
