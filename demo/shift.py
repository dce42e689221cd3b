"""A shift: something that happens to the rows that clients send, made from the rows' columns."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyarrow

from perennial.kinds.input_kind import InputKind

Change = Callable[[pyarrow.Table], pyarrow.Table]


@dataclass(frozen=True)
class Variant:
    """One way in which a shift can happen.

    name: what changes, such as a column; empty where there is only one way.
    cause: why rows change, as a clause.  change: returns the rows as clients then send them.
    """

    name: str
    cause: str
    change: Change


@dataclass(frozen=True)
class Shift:
    """A shift of one kind of input.

    about: what happens, as a clause for a list of shifts.
    variants: returns the ways in which it can happen to rows.
    """

    about: str
    variants: Callable[[pyarrow.Table], Iterable[Variant]]

    @classmethod
    def single(cls, cause: str, change: Change) -> "Shift":
        """Return a shift that happens in one way, to any rows."""
        return cls(cause, lambda rows: (Variant("", cause, change),))


def learnable(kind: InputKind, rows: pyarrow.Table, changed: pyarrow.Table) -> bool:
    """Return whether a change breaks none of the rules that rows must follow to be trained on.

    Rows that broke a rule before may break it still.
    """
    pairs = zip(kind.checks(rows), kind.checks(changed), strict=True)
    return not any((after.bad & ~before.bad).any() for before, after in pairs)
