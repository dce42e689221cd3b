"""Writes figures with as many digits as are worth reading."""

import math

MINUS = "−"
DIGITS = 4
SMALL = 0.001


def decimals(*figures: float) -> int:
    """Return how many decimals to write of figures that stand side by side.

    The largest gets four digits, or four decimals where it is at most 1, so that shares look alike.

    >>> decimals(0.852, 1), decimals(93.37, -130.28), decimals(31415.9), decimals(0.00012)
    (4, 1, 0, 6)
    >>> decimals(), decimals(math.nan, 0.0)
    (4, 4)
    """
    largest = max((abs(each) for each in figures if math.isfinite(each)), default=0.0)
    if largest == 0:
        return DIGITS
    before = math.ceil(math.log10(largest))
    if largest < SMALL:
        return DIGITS - 1 - before
    return max(0, DIGITS - max(0, before))


def figure(value: float, *beside: float) -> str:
    """Return a figure as text, with as many decimals as those that stand beside it.

    >>> figure(93.372, 130.28), figure(31415.9), figure(math.nan)
    ('93.4', '31,416', 'undefined')
    """
    return written(value, decimals(value, *beside))


def written(value: float, places: int) -> str:
    """Return a figure with a number of decimals.

    >>> written(1234.5678, 1), written(-0.12, 1), written(-0.00001, 2)
    ('1,234.6', '−0.1', '0.00')
    """
    if math.isnan(value):
        return "undefined"
    text = f"{value:,.{places}f}"
    return text.replace("-", MINUS if text.strip("-0.") else "")
