"""Builds the reference: the shares and the accuracy that live traffic is compared with."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.signals import (
    CONFIDENCE,
    MARGIN,
    MISSING,
    OTHER,
    PREDICTION,
    Binner,
    Extraction,
    Reference,
    Signal,
    numeric_bins,
    numeric_edges,
    outputs,
    reference_shares,
)
from perennial.statistics.evidence import critical_value
from training.params import Export
from training.stages.basis import Basis

# A confident model's quantiles all lie within 1e-6 of 1 and would measure rounding errors.
# If only two labels are likely, the margin is twice the confidence minus 1.
EDGES = {
    CONFIDENCE: (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999),
    MARGIN: (0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.96, 0.98, 0.998),
}
Column = NDArray[Any]


def build(
    extraction: Extraction, labels: tuple[str, ...], rows: Basis, numbers: Export
) -> Reference:
    """Return the reference of every input and output signal."""
    columns = {**extraction.extract(rows.inputs.inputs), **outputs(rows.probabilities)}
    categories = {**extraction.categories, PREDICTION: (*labels, OTHER, MISSING)}
    # G of every signal and the rank statistic of the numeric ones share the level.
    level = numbers.family_level / (2 * len(columns) - len(categories))
    signals = tuple(
        (
            _categorical(name, column, categories[name], level)
            if name in categories
            else _numeric(name, column, numbers, level)
        )
        for name, column in columns.items()
    )
    return Reference(
        signals=signals,
        accuracy=rows.accuracy,
        accuracy_size=rows.accuracy_size,
        confidence=rows.confidence,
    )


def _categorical(name: str, column: Column, bins: tuple[str, ...], level: float) -> Signal:
    return _counted(column, {"name": name, "kind": "categorical", "bins": bins}, level)


def _numeric(name: str, column: Column, numbers: Export, level: float) -> Signal:
    if name in EDGES:
        edges, low, high = EDGES[name], 0.0, 1.0
    else:
        present = column[~np.isnan(column)]
        most = max(2, min(numbers.bins, len(present) // numbers.rows_per_bin))
        edges = numeric_edges(column, bins=most)
        # A feature that is always missing in the reference is out of range at any value.
        low, high = (float(present.min()), float(present.max())) if len(present) else (0.0, 0.0)
    fields = {
        "name": name,
        "kind": "numeric",
        "bins": numeric_bins(edges),
        "edges": edges,
        "low": low,
        "high": high,
        "rank_critical_value": critical_value(2, level=level),
    }
    return _counted(column, fields, level)


def _counted(column: Column, fields: dict[str, Any], level: float) -> Signal:
    """Return the signal with its bins' shares in the column and its critical value."""
    bins = len(fields["bins"])
    critical = critical_value(bins, level=level)
    even = tuple(1 / bins for _ in range(bins))
    blank = Signal(shares=even, size=len(column), critical_value=critical, **fields)
    counts = Binner([blank]).count({blank.name: column})
    return blank.model_copy(update={"shares": reference_shares(counts, blank.kind)})
