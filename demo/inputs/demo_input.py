"""What a kind of input adds to the demo: how its rows are sent, and what can happen to them."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pyarrow

from demo.quick_rules import HOLD_SECONDS
from demo.shift import Shift, Variant
from perennial.kinds.input_kind import InputKind


class DemoInput(Protocol):
    """One task's input in the demo.

    rate: rows that are sent in a second.
    lookback: seconds before an alert in which the rows have probably shifted already.
    topics: whether rows have topics, which come and go.
    """

    rate: float
    lookback: float
    topics: bool

    @property
    def shifts(self) -> Mapping[str, Shift]:
        """The shifts by name, the most telling first."""

    @property
    def steps(self) -> Sequence[Variant]:
        """A shift in steps, the first of which costs a model nothing; empty where none is known."""

    @property
    def time(self) -> str | None:
        """The column that orders rows in time."""

    def instances(self, rows: pyarrow.Table) -> list[Any]:
        """Return rows as clients send them, in JSON."""


class PlainInput:
    """A kind that has no file here: its rows can be sent, and no shift is known."""

    rate = 40.0
    lookback = float(HOLD_SECONDS)
    topics = False

    def __init__(self, kind: InputKind) -> None:
        self.kind = kind

    @property
    def shifts(self) -> Mapping[str, Shift]:
        """Return none."""
        return {}

    @property
    def steps(self) -> Sequence[Variant]:
        """Return none."""
        return ()

    @property
    def time(self) -> str | None:
        """The column of times that the kind knows."""
        return self.kind.time

    def instances(self, rows: pyarrow.Table) -> list[Any]:
        """Return what the model gets of each row."""
        return [self.kind.instance(row) for row in self.kind.from_arrow(rows)]
