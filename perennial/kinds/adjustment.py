"""What a kind of output does to a fitted model's values, in the framework and in its ONNX."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Protocol

from perennial.statistics.counts import Floats

# What training.json says of every model, beside the facts of its adjustment.
TAKEN = frozenset({"model", "framework", "framework_version", "seconds", "rows", "cost"})


class Adjustment(Protocol):
    """One adjustment, fitted on validation rows."""

    @property
    def facts(self) -> Mapping[str, float]:
        """What was fitted, for the record; none has a name of `TAKEN`."""

    def apply(self, values: Floats) -> Floats:
        """Return adjusted values."""

    def append(self, path: Path) -> None:
        """Append the same calculation to an ONNX model, in place."""


class Unadjusted:
    """Values that stay as they are."""

    facts: ClassVar[Mapping[str, float]] = {}

    def apply(self, values: Floats) -> Floats:
        """Return the values."""
        return values

    def append(self, path: Path) -> None:
        """Leave the model as it is."""
