"""Whether float32, in which models are asked and answer, tells numbers apart."""

import numpy as np

from perennial.statistics.counts import Floats

COARSEST = 0.01  # of what numbers differ by on average, a step between two numbers of float32


def too_coarse(values: Floats) -> str:
    """Return how float32 loses what numbers differ by, a clause; empty if it does not.

    values: without gaps, at least one.

    >>> too_coarse(1.7e9 + np.arange(100.0))
    'float32 has steps of 128 there, and they differ by 25 on average; subtract an offset'
    >>> too_coarse(2e5 + np.arange(100.0)), too_coarse(np.full(9, 1.7e9))
    ('', '')
    """
    away = float(np.abs(values - np.median(values)).mean())
    with np.errstate(over="ignore"):
        step = float(np.spacing(np.float32(np.abs(values).max())))
    if away == 0 or step <= COARSEST * away:
        return ""
    return (
        f"float32 has steps of {step:g} there, and they differ by {away:.2g} on average; "
        "subtract an offset"
    )
