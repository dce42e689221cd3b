"""Builds the reference: the shares and the losses that live traffic is compared with."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.output_kind import OutputKind
from perennial.signals import (
    Binner,
    Extraction,
    Reference,
    Signal,
    numeric_bins,
    numeric_edges,
    reference_shares,
)
from perennial.statistics.evidence import critical_value
from training.params import Export
from training.stages.basis import Basis

Column = NDArray[Any]


def build(extraction: Extraction, output: OutputKind, rows: Basis, numbers: Export) -> Reference:
    """Return the reference of every input and output signal."""
    columns = {**extraction.extract(rows.inputs.inputs), **output.extract(rows.values)}
    categories = {**extraction.categories, **output.categories}
    # G of every signal and the rank statistic of the numeric ones share the level.
    level = numbers.family_level / (2 * len(columns) - len(categories))
    signals = tuple(
        (
            _categorical(name, column, categories[name], level)
            if name in categories
            else _numeric(name, column, output.edges.get(name), numbers, level)
        )
        for name, column in columns.items()
    )
    return Reference.model_validate({"signals": signals, **rows.quality})


def _categorical(name: str, column: Column, bins: tuple[str, ...], level: float) -> Signal:
    return _counted(column, {"name": name, "kind": "categorical", "bins": bins}, level)


def _numeric(
    name: str, column: Column, edges: tuple[float, ...] | None, numbers: Export, level: float
) -> Signal:
    """Return a signal with edges from 0 to 1, or cut at the column's quantiles."""
    low, high = 0.0, 1.0
    if edges is None:
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
