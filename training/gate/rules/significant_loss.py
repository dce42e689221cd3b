"""Block if the challenger is significantly worse than the champion."""

from training.gate.comparison import Comparison
from training.gate.figures import in_words


def significant_loss(name: str, found: Comparison, *, level: float) -> str | None:
    """Return the reason to block, or None: no champion, no loss, or a loss by chance.

    name: of the rows, `base` or `fresh`.  found: the comparison on them.
    level: significance level of the paired test of the output's kind, usually 0.05.
    Source: for classes McNemar, Psychometrika 12, 1947.

    >>> from training.gate.comparison import Difference, Score
    >>> here, main = Score(0.8, 0.71, 0.87), Score(0.9, 0.83, 0.94)
    >>> found = Comparison(100, 0.1, here, main, Difference(-0.1, -0.17, -0.04, p=0.01))
    >>> significant_loss("base", found, level=0.05)
    'a significant loss on base rows: accuracy 0.900 to 0.800 on 100 rows, p = 0.01'
    >>> significant_loss("base", found, level=0.001)
    """
    difference = found.difference
    if difference is None or difference.p >= level:
        return None
    if not found.headline.better(-difference.value):
        return None
    return f"a significant loss on {name} rows: {in_words(found)}"
