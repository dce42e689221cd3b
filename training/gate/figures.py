"""Formats the figures of a comparison as text."""

from training.gate.comparison import Comparison


def in_words(found: Comparison) -> str:
    """Return the figures of a comparison as a clause."""
    if found.champion is None or found.difference is None:
        return f"{found.headline.title} {found.challenger.value:.3f} on {found.rows} rows"
    change = f"{found.champion.value:.3f} to {found.challenger.value:.3f}"
    return f"{change} on {found.rows} rows, {p_value(found.difference.p)}"


def p_value(p: float) -> str:
    """Return a p-value as text.

    >>> p_value(0.0312), p_value(1e-30)
    ('p = 0.031', 'p < 0.0001')
    """
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.2g}"
