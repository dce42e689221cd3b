"""Formats the figures of a comparison as text."""

from perennial.plural import plural
from perennial.statistics.figures import decimals, written
from training.gate.comparison import Comparison

MOST = 3  # decimals


def in_words(found: Comparison) -> str:
    """Return the figures of a comparison as a clause."""
    scores = (found.champion, found.challenger)
    places = places_beside(found)
    change = " to ".join(written(score.value, places) for score in scores if score is not None)
    tested = "" if found.difference is None else f", {p_value(found.difference.p)}"
    return f"{found.headline.title} {change} on {plural(found.rows, 'row')}{tested}"


def places_beside(found: Comparison) -> int:
    """Return how many decimals the scores of a comparison, and their difference, are worth."""
    scores = (found.champion, found.challenger)
    return min(MOST, decimals(*(score.value for score in scores if score is not None)))


def short(score: float) -> str:
    """Return a score as text.

    >>> short(0.85234), short(130.2833)
    ('0.852', '130.3')
    """
    return written(score, min(MOST, decimals(score)))


def p_value(p: float) -> str:
    """Return a p-value as text.

    >>> p_value(0.0312), p_value(1e-30)
    ('p = 0.031', 'p < 0.0001')
    """
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.2g}"
