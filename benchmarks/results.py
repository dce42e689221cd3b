"""Store named figures in benchmarks/results.json and format them as a table."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")

Figure = float | int | str
Figures = Mapping[str, Figure | Mapping[str, Figure]]


def merge(name: str, figures: Figures, *, path: Path = RESULTS) -> None:
    """Write `figures` under `name`; keep the figures of other benchmarks."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    text = json.dumps({**known, name: figures}, indent=2, sort_keys=True) + "\n"
    path.write_text(text, encoding="utf-8")


def table(header: Sequence[str], rows: Sequence[Sequence[Figure]]) -> str:
    """Return rows as a Markdown table.

    >>> print(table(["what", "n"], [["one", 1], ["half", 0.5]]))
    | what | n    |
    | ---- | ---- |
    | one  | 1    |
    | half | 0.50 |
    """
    texts = [[f"{v:,.2f}" if isinstance(v, float) else str(v) for v in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *texts, strict=True)]
    lines = [list(header), ["-" * width for width in widths], *texts]
    return "\n".join(
        "| " + " | ".join(v.ljust(w) for v, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def fill(page: Path, tables: Mapping[str, str], *, command: str) -> None:
    """Write each table between its marker lines in a Markdown page.

    The lines are `<!-- NAME: COMMAND -->` and `<!-- end of NAME -->`.
    Raises ValueError if the page lacks them.
    """
    text = page.read_text(encoding="utf-8")
    for name, made in tables.items():
        start, end = f"<!-- {name}: {command} -->\n", f"<!-- end of {name} -->"
        before, found, rest = text.partition(start)
        if not found or end not in rest:
            raise ValueError(f"{page}: expected the lines {start.strip()!r} and {end!r}")
        text = f"{before}{start}\n{made}\n\n{end}{rest.partition(end)[2]}"
    page.write_text(text, encoding="utf-8")
