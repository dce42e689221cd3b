"""The pieces of GitLab Markdown that the report is made of."""

from collections.abc import Sequence


def cell(value: object) -> str:
    """Return a value as it may stand in a table.

    >>> cell("a|b")
    'a\\\\|b'
    """
    return str(value).replace("|", "\\|").replace("\n", " ")


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
    """Return text that a reader may unfold."""
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"
