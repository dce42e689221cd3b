"""Turn inputs and outputs into monitored signals, and signal values into bins.

Training builds the reference with this package and the service counts with it, so that both use the
same bins. It needs only numpy and pydantic.
"""

from perennial.signals.binner import Binner
from perennial.signals.bins import (
    MISSING,
    OTHER,
    OUTSIDE,
    numeric_bins,
    numeric_edges,
    reference_shares,
)
from perennial.signals.extraction import Extraction, Rows
from perennial.signals.output import outputs
from perennial.signals.signal import CONFIDENCE, MARGIN, OUTPUTS, PREDICTION, Reference, Signal

__all__ = [
    "CONFIDENCE",
    "MARGIN",
    "MISSING",
    "OTHER",
    "OUTPUTS",
    "OUTSIDE",
    "PREDICTION",
    "Binner",
    "Extraction",
    "Reference",
    "Rows",
    "Signal",
    "numeric_bins",
    "numeric_edges",
    "outputs",
    "reference_shares",
]
