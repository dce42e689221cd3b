"""Promote if the challenger is significantly surer of what is right, and right no less often."""

from training.gate.comparison import Comparison
from training.gate.figures import in_words, p_value


def surer_gain(name: str, found: Comparison, *, level: float) -> str | None:
    """Return the reason to promote, or None.

    name, found, level: as of `significant_gain`.  Of two equal models the challenger is promoted
    in up to 5 of 100 comparisons at a level of 5 %, by either of the two rules.

    >>> from training.gate.comparison import Difference, Score
    >>> from training.gate.surprise import Surprise
    >>> here, main = Score(0.82, 0.73, 0.88), Score(0.8, 0.71, 0.87)
    >>> same = Difference(0.02, -0.03, 0.07, p=0.5)
    >>> found = Comparison(100, 0.1, here, main, same, surprise=Surprise(0.51, 0.44, 0.01))
    >>> surer_gain("fresh", found, level=0.05)  # doctest: +NORMALIZE_WHITESPACE
    'a significant gain on fresh rows: log loss 0.510 to 0.440, p = 0.01, and no worse:
    accuracy 0.800 to 0.820 on 100 rows, p = 0.5'
    >>> surer_gain("fresh", found, level=0.001)
    """
    sure, difference = found.surprise, found.difference
    if sure is None or difference is None or found.headline.better(-difference.value):
        return None
    if sure.p >= level or sure.challenger >= sure.champion:
        return None
    scores = f"log loss {sure.champion:.3f} to {sure.challenger:.3f}, {p_value(sure.p)}"
    return f"a significant gain on {name} rows: {scores}, and no worse: {in_words(found)}"
