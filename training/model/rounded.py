"""A fitted model whose weights were rounded for the service, and what that changed."""

from typing import Any, Protocol, runtime_checkable

import numpy as np

from perennial.kinds.output_kind import OutputKind
from training.model.model import Fitted, Labelled

MOST = 1000  # rows that both models answer


@runtime_checkable
class Rounded(Fitted, Protocol):
    """It answers with rounded weights, as the service will."""

    @property
    def bits(self) -> int:
        """How many a weight has."""

    @property
    def exact(self) -> Fitted:
        """The model before."""


def rounding(fitted: Fitted, rows: Labelled, output: OutputKind) -> dict[str, Any]:
    """Return the headline with rounded weights and before, for training.json; else nothing."""
    if not isinstance(fitted, Rounded):
        return {}
    count = min(MOST, len(rows.labels))
    places = np.linspace(0, len(rows.labels) - 1, count).astype(int)
    inputs, labels = rows.inputs[places], rows.labels[places]
    score, exact = (
        output.metrics[output.headline].score(one.values(inputs), labels)
        for one in (fitted, fitted.exact)
    )
    return {"rounded": {"bits": fitted.bits, "rows": count, "score": score, "exact": exact}}
