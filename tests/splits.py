"""Splits made from arrays, as the tests write them by hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.input_kind import InputKind
from tests.bundles import INPUT
from training.artifacts.splits import Split


def split(
    inputs: NDArray[Any],
    labels: NDArray[np.int64],
    source: str | Sequence[str] | NDArray[np.str_] = "base",
    *,
    kind: InputKind = INPUT,
) -> Split:
    """Return rows of a kind, grey images of 8 by 8 if none is named.

    source: one for all rows, or one for each.
    """
    sources = np.broadcast_to(np.array(source), len(labels)).copy()
    return Split(kind, kind.arrow_of(inputs), labels, sources)
