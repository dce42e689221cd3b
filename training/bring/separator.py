"""Finds what separates the values of a CSV file."""

import csv
import io
import re
from pathlib import Path

from perennial.errors import Described
from training.errors import BadParameter

# By name, for messages; of equally good ones the first.
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}
SAMPLE = 100_000  # characters
LINES = 200
# Excel's own first line.
NAMED = re.compile(r"sep=(.)\r?\n")


def split_off(text: str) -> tuple[str, str]:
    """Return the separator that Excel's line `sep=;` names, empty without it, and the rest.

    >>> split_off("sep=;\\na;b\\n")
    (';', 'a;b\\n')
    """
    found = NAMED.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def separator(text: str, file: Path) -> str:
    """Return what splits the most lines into as many values as the first. Raises BadParameter.

    >>> separator('a;b\\n1,5;"x;\\ny"\\n2,5;z\\n', Path("rows.csv"))
    ';'
    """
    best, score = "", (0.0, 1)
    for candidate in SEPARATORS:
        widths = _widths(text, candidate)
        if widths and widths[0] > 1:
            found = (widths.count(widths[0]) / len(widths), widths[0])
            if found > score:
                best, score = candidate, found
    if not best:
        got = Described(f"{file}, whose first line has one column")
        raise BadParameter("FILE", got, f"columns separated by {', '.join(SEPARATORS.values())}")
    return best


def _widths(text: str, candidate: str) -> list[int]:
    """Return how many values each of the first rows has; a quoted value may have line breaks."""
    reader = csv.reader(io.StringIO(text[:SAMPLE], newline=""), delimiter=candidate)
    widths = []
    try:
        for row in reader:
            if row:
                widths.append(len(row))
            if len(widths) == LINES:
                return widths
    except csv.Error:  # a quote that never ends
        return []
    return widths[:-1] if len(text) > SAMPLE else widths
