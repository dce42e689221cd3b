"""Gives words the spelling that a task has: files write one value in several ways."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from training.bring.gaps import counts

if TYPE_CHECKING:
    import pyarrow

WHOLE = r"^([+-]?\d+)\.0+$"
BOOLEANS = ("true", "false")


def spelling(word: str) -> str:
    """Return what is the same however a file writes a word.

    >>> spelling("1.0"), spelling("True"), spelling("Bonn")
    ('1', 'true', 'Bonn')
    """
    small = word.lower()
    return small if small in BOOLEANS else re.sub(WHOLE, r"\1", word)


def respelt(words: "pyarrow.ChunkedArray", known: Collection[str]) -> "pyarrow.ChunkedArray":
    """Return words as the known ones are written, where only one of them can be meant.

    >>> import pyarrow
    >>> respelt(pyarrow.chunked_array([["1.0", "2", "x", None]]), ("1", "2.0")).to_pylist()
    ['1', '2.0', 'x', None]
    """
    from pyarrow import compute

    meant: dict[str, list[str]] = {}
    for word in known:
        meant.setdefault(spelling(word), []).append(word)
    for word in counts(words):
        ways = meant.get(spelling(word), [])
        if word not in known and len(ways) == 1:
            words = compute.if_else(compute.equal(words, word), ways[0], words)
    return words
