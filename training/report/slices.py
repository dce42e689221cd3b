"""Section 6: where the model is good and where not."""

from pathlib import Path

import numpy as np

from training.markdown import table
from training.report.source import Source


def section(source: Source, out: Path) -> list[str]:
    """Return the accuracy per data source."""
    right = source.new.argmax(axis=1) == source.rows.labels
    rows = [
        [name, int(chosen.sum()), f"{right[chosen].mean():.4f}"]
        for name in np.unique(source.rows.source)
        if (chosen := source.rows.source == name).any()
    ]
    return ["## Slices", table(["rows from", "rows", "accuracy"], rows, numbers=2)]
