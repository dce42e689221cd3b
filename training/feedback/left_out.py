"""Rows of one label source that are not collected, and why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LeftOut:
    """So many rows of a source.

    >>> str(LeftOut("clinic", 120, "more than half of all rows"))
    "120 of 'clinic' left out: more than half of all rows"
    """

    source: str
    rows: int
    reason: str

    def __str__(self) -> str:
        return f"{self.rows} of {self.source!r} left out: {self.reason}"
