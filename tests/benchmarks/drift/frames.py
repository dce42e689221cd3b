"""A small population of rows, and the same after one of its columns moved."""

import numpy as np

from benchmarks.drift.frame import Frame
from perennial.kinds.outputs.classes import ClassesOutput


def frame(rows: int = 400, *, moved: float = 0.0, missing: float = 0.0) -> Frame:
    """Return rows with two numbers, the second with gaps, and one category of three levels."""
    rng = np.random.default_rng(11)
    numbers = rng.normal(size=(rows, 2))
    numbers[:, 0] += moved
    numbers[rng.random(rows) < 0.1 + missing, 1] = np.nan
    probabilities = rng.dirichlet((2.0, 1.0, 1.0), size=rows)
    return Frame(
        ("size", "weight"),
        numbers,
        ("prediction",),
        probabilities.argmax(axis=1)[:, None].astype(np.int64),
        (3,),
        rng.integers(3, size=rows),
        probabilities,
        ClassesOutput(labels=("0", "1", "2")),
    )
