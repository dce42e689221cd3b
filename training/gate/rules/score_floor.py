"""Block a challenger whose score is too bad, even if the champion's is worse."""

from training.gate.comparison import Comparison
from training.gate.figures import short


def score_floor(name: str, found: Comparison, *, floor: float) -> str | None:
    """Return the reason to block, or None if the score is at least as good as the floor.

    name: of the rows, `base` or `fresh`.  found: the comparison on them.
    floor: lowest allowed accuracy, usually 0.5, set per task; of a score that is better the lower
    it is, the highest that is allowed.
    Source: our own rule.

    >>> from training.gate.comparison import Headline, Score
    >>> found = Comparison(100, 0.1, Score(0.4, 0.31, 0.5))
    >>> score_floor("base", found, floor=0.5)
    'accuracy below the floor of 0.5: 0.400 on 100 base rows'
    >>> score_floor("base", found, floor=0.4)
    >>> error = Headline("mean error", higher_is_better=False)
    >>> score_floor("base", Comparison(100, 9, Score(3, 2, 4), headline=error), floor=2.5)
    'mean error above the limit of 2.5: 3.000 on 100 base rows'
    """
    score, words = found.challenger.value, found.headline
    if score == floor or words.better(score - floor):
        return None
    limit = "below the floor" if words.higher_is_better else "above the limit"
    return f"{words.title} {limit} of {floor:g}: {short(score)} on {found.rows:,} {name} rows"
