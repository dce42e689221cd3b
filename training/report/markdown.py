"""Markdown for reports that GitLab renders and CML leaves unchanged.

CML sends a report through remark 13, which normalises Markdown; these pieces are normal already.
"""

import re
from collections.abc import Sequence

from perennial.statistics.figures import MINUS

CODE = re.compile(r"(`[^`]*`)")


def code(value: object) -> str:
    """Return any text as code, so that no part of it is read as Markdown.

    >>> code("a`b\\nc"), code("")
    ("`a'b c`", '`(empty)`')
    """
    text = " ".join(str(value).split()).replace("`", "'")
    return f"`{text or '(empty)'}`"


def cell(value: object) -> str:
    r"""Return a value for a table cell: bars are escaped, in code and outside.

    >>> cell("`a|b` (3)"), cell("a|b")
    ('`a\\|b` (3)', 'a\\\\|b')
    """
    parts = CODE.split(str(value).replace("\n", " "))
    bars = ("\\\\|", "\\|")
    return "".join(part.replace("|", bars[i % 2]) for i, part in enumerate(parts))


def table(head: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: int = 0) -> str:
    """Return a Markdown table; the last `numbers` columns are aligned right.

    >>> print(table(["a", "b"], [[1, 2]], numbers=1))
    | a | b |
    |---|--:|
    | 1 | 2 |
    """
    rule = "".join("|--:" if i >= len(head) - numbers else "|---" for i in range(len(head)))
    lines = [" | ".join(map(cell, row)) for row in (head, *rows)]
    return "\n".join([f"| {lines[0]} |", f"{rule}|", *(f"| {line} |" for line in lines[1:])])


def folded(summary: str, text: str) -> str:
    """Return text in a collapsed section."""
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def image(about: str, name: str) -> str:
    """Return an image from the report's folder; `about` is its alternative text."""
    return f"![{about}]({name})"


def capital(text: str) -> str:
    """Return text with a capital first letter; the others stay.

    >>> capital("mean error in EUR")
    'Mean error in EUR'
    """
    return text[:1].upper() + text[1:]


def bullets(items: Sequence[str]) -> str:
    """Return a list.

    >>> print(bullets(["one", "two"]))
    *   one
    *   two
    """
    return "\n".join(f"*   {item}" for item in items)


def signed(value: float, decimals: int = 4) -> str:
    """Return a difference with its sign; one that rounds to zero has none.

    >>> signed(0.01234), signed(-0.5, 1), signed(-0.00001), signed(float("nan"))
    ('+0.0123', '−0.5', '0.0000', 'undefined')
    """
    if value != value:
        return "undefined"
    text = f"{value:+,.{decimals}f}"
    return text.replace("-", MINUS) if text.strip("+-0.") else text[1:]


def interval(low: float, high: float, decimals: int = 4) -> str:
    """Return the interval of a difference.

    >>> interval(-0.01, 0.02, 2)
    '−0.01 to +0.02'
    """
    return f"{signed(low, decimals)} to {signed(high, decimals)}"
