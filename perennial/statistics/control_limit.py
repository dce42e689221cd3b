"""The control limit: live accuracy below it contradicts the reference's accuracy."""

import math

from perennial.statistics.errors import InvalidCounts, InvalidReference


def control_limit(reference: float, *, size: float, rows: float, z: float = 3.0) -> float:
    """Return the accuracy below which live rows contradict the reference's accuracy.

    reference: that accuracy.  size: rows it was measured on; its sampling error is included.
    rows: live rows, more than 0.  z: standard errors; 3 is the classical chart, 5 suits a sliding
    window, which is checked all day.
    Source: the p-chart; Montgomery, Introduction to Statistical Quality Control, 7.2, with the
    standard error of a difference of two proportions.

    >>> round(control_limit(0.9, size=100, rows=100), 3)
    0.773
    """
    if not 0 <= reference <= 1:
        raise InvalidReference("reference", reference, "an accuracy from 0 to 1")
    if not size > 0:
        raise InvalidReference("size", size, "more than 0 rows")
    if not rows > 0:
        raise InvalidCounts("rows", rows, "more than 0 rows")
    return reference - z * math.sqrt(reference * (1 - reference) * (1 / rows + 1 / size))
