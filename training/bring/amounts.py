"""Infers a column of numbers: amounts, an id, or nothing at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perennial.kinds.columns import NumberColumn
from perennial.plural import plural
from training.bring.found import Found, left_out
from training.bring.words import BY_HEART, NEARLY, OWN

if TYPE_CHECKING:
    import pyarrow

# How the name of an id ends.
ID = re.compile(r"(?:^|_)(?:id|uuid|guid|key|nr|no|number|nummer|index|idx|row|zeile)$")
# Whole numbers without many holes are an index, if there are enough of them.
DENSE = 1.5
FEW = 20  # different whole numbers that may be the names of something


@dataclass(frozen=True)
class Spread:
    """What is known of a column's values; own: how many different ones there are."""

    rows: int
    own: int
    low: float
    middle: float
    high: float
    whole: bool
    top: float
    top_rows: int

    @classmethod
    def of(cls, there: "pyarrow.ChunkedArray") -> "Spread":
        """Return the spread of values without gaps, of which there is at least one."""
        from pyarrow import compute

        low, middle, high = compute.quantile(there, [0, 0.5, 1]).to_pylist()
        top = compute.mode(there)[0].as_py()
        return cls(
            rows=len(there),
            own=compute.count_distinct(there).as_py(),
            low=low,
            middle=middle,
            high=high,
            whole=bool(compute.all(compute.equal(there, compute.round(there))).as_py()),
            top=top["mode"],
            top_rows=top["count"],
        )

    def __str__(self) -> str:
        ends = f"{shown(self.low)} to {shown(self.high)}"
        return f"numbers from {ends}, median {shown(self.middle)}"

    def is_id(self, name: str) -> bool:
        """Tell whether the values count rows, or name them."""
        if not self.whole:
            return False
        dense = self.high - self.low < DENSE * self.rows
        if self.own == self.rows and self.rows > FEW and dense:
            return True
        return self.own > OWN * self.rows and ID.search(name) is not None


def infer_numbers(header: str, name: str, values: "pyarrow.ChunkedArray") -> Found:
    """Return what a column of float64, with null for gaps, is taken for."""
    there = values.drop_null()
    if not len(there):
        return left_out(header, name, "it has no values")
    spread = Spread.of(there)
    if spread.own == 1 and spread.rows == len(values):
        return left_out(header, name, f"every row has {shown(spread.low)}")
    if spread.is_id(name):
        number = f"{spread.own:,} different whole numbers in {plural(spread.rows, 'row')}"
        return left_out(header, name, f"an id, {number}", BY_HEART)
    doubts = tuple(_doubts(spread, name, len(values)))
    return Found(header, name, str(spread), NumberColumn(name=name), values, doubts)


def _doubts(spread: Spread, name: str, rows: int) -> Iterator[str]:
    if spread.top_rows >= NEARLY * rows:
        share = spread.top_rows / rows
        yield f"nearly constant: {share:.1%} of the rows have {shown(spread.top)}"
    if spread.whole and (2 < spread.own <= FEW or ID.search(name)):
        yield "few whole numbers, taken as amounts; WORDS= takes those that are names as words"


def shown(value: float) -> str:
    """Return a number as people read it.

    >>> shown(1234567.0), shown(0.123456789), shown(2011.0)
    ('1,234,567', '0.123457', '2,011')
    """
    whole = value == round(value) and abs(value) < 1e15
    return f"{value:,.0f}" if whole else f"{value:,.6g}"
