"""A shift: something that happens to the rows that clients send, made from the rows' columns."""

from collections.abc import Callable, Iterable, Sequence
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
    columns: to how many it happens at once, to each in one way.
    """

    about: str
    variants: Callable[[pyarrow.Table], Iterable[Variant]]
    columns: int = 1

    @classmethod
    def single(cls, cause: str, change: Change) -> "Shift":
        """Return a shift that happens in one way, to any rows."""
        return cls(cause, lambda rows: (Variant("", cause, change),))


def combined(variants: Sequence[Variant]) -> Variant:
    """Return variants that happen together, the most important first.

    >>> one, two = (Variant(name, f"no {name}", lambda rows: rows) for name in ("age", "work"))
    >>> combined([one, two]).cause
    'no age; no work'
    """
    if len(variants) == 1:
        return variants[0]

    def change(rows: pyarrow.Table) -> pyarrow.Table:
        for variant in variants:
            rows = variant.change(rows)
        return rows

    return Variant("", "; ".join(variant.cause for variant in variants), change)


def learnable(kind: InputKind, rows: pyarrow.Table, changed: pyarrow.Table) -> bool:
    """Return whether a change breaks none of the rules that rows must follow to be trained on.

    Rows that broke a rule before may break it still.
    """
    pairs = zip(kind.checks(rows), kind.checks(changed), strict=True)
    return not any((after.bad & ~before.bad).any() for before, after in pairs)
