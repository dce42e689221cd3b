"""How a text says how many there are of a thing; CML's image runs it, too, with Python 3.8."""

from __future__ import annotations


def plural(count: float, word: str, several: str = "") -> str:
    """Return a count with its word; a mean has one decimal.

    >>> plural(1, "row"), plural(1200, "row"), plural(2, "category", "categories")
    ('1 row', '1,200 rows', '2 categories')
    >>> plural(1.0, "pipeline"), plural(4 / 3, "pipeline"), plural(0.0, "pipeline")
    ('1 pipeline', '1.3 pipelines', '0 pipelines')
    """
    many = counted(count)
    return f"{many} {word if many == '1' else several or word + 's'}"


def counted(count: float) -> str:
    """Return a count or a mean of counts.

    >>> counted(3.0), counted(2.5)
    ('3', '2.5')
    """
    text = f"{count:,.1f}"
    return text[:-2] if text.endswith(".0") else text
