"""How an input or an output becomes a monitored signal, and a signal's value becomes a bin.

Training builds the reference with this package and the service counts with it, so the two cannot
disagree. It needs numpy and pydantic only.
"""

from service.signals.binner import Binner
from service.signals.bins import (
    MISSING,
    OTHER,
    OUTSIDE,
    numeric_bins,
    numeric_edges,
    reference_shares,
)
from service.signals.extraction import Extraction
from service.signals.inputs import (
    CategoricalFeature,
    ImageInput,
    InputSchema,
    NumericFeature,
    Rows,
    TabularInput,
    TextInput,
)
from service.signals.output import outputs
from service.signals.signal import (
    CONFIDENCE,
    MARGIN,
    OUTPUTS,
    PREDICTION,
    Reference,
    Signal,
)

__all__ = [
    "CONFIDENCE",
    "MARGIN",
    "MISSING",
    "OTHER",
    "OUTPUTS",
    "OUTSIDE",
    "PREDICTION",
    "Binner",
    "CategoricalFeature",
    "Extraction",
    "ImageInput",
    "InputSchema",
    "NumericFeature",
    "Reference",
    "Rows",
    "Signal",
    "TabularInput",
    "TextInput",
    "numeric_bins",
    "numeric_edges",
    "outputs",
    "reference_shares",
]
