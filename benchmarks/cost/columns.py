"""The rows that every contender reads: a bundle's signals as columns in numpy files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perennial import signals
from perennial.signals import Reference

Floats = NDArray[np.float64]
REFERENCE, ROWS = "reference", "rows"


@dataclass(frozen=True)
class Columns:
    """A folder with the values of the reference's rows, many live rows, and the reference."""

    folder: Path

    def reference(self) -> Reference:
        """Return the reference's names, bins and shares from the bundle."""
        text = (self.folder / "reference.json").read_text(encoding="utf-8")
        return Reference.model_validate_json(text)

    def names(self) -> list[str]:
        """Return the names of the columns: numeric signals, then `prediction`."""
        return column_names(self.reference())

    def load(self, name: str) -> Floats:
        """Return the values of REFERENCE or ROWS, shape (rows, signals)."""
        loaded: Floats = np.load(self.folder / f"{name}.npy")
        return loaded

    def write(self, reference: Reference, values: Floats, live: Floats) -> None:
        """Write the files for `load`; columns as in `column_names`."""
        (self.folder / "reference.json").write_text(reference.model_dump_json(), encoding="utf-8")
        np.save(self.folder / f"{REFERENCE}.npy", values)
        np.save(self.folder / f"{ROWS}.npy", live)


def column_names(reference: Reference) -> list[str]:
    """Return the names of the numeric signals, then the categorical `prediction`."""
    numeric = [each.name for each in reference.signals if each.kind == "numeric"]
    return [*numeric, signals.PREDICTION]
