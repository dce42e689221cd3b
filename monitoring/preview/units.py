"""Values as people read them, by Grafana's names of units."""

import math
from datetime import UTC, datetime

STEPS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def show(value: float, unit: str) -> str:
    """Return a value with its unit, short.

    >>> [show(0.9123, "percentunit"), show(5400, "s"), show(0.0042, "s"), show(12345, "short")]
    ['91.2%', '1.5 h', '4.2 ms', '12.3 k']
    """
    if not math.isfinite(value):
        return "-"
    if unit == "percentunit":
        return f"{100 * value:.3g}%"
    if unit == "s":
        return _duration(value)
    if unit == "reqps":
        return f"{value:.3g}/s"
    if unit == "bool_yes_no":
        return "yes" if value else "no"
    if unit == "dateTimeAsIso":
        return datetime.fromtimestamp(value / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    if unit == "short" and abs(value) >= 1000:
        return f"{value / 1000:.3g} k"
    return f"{value:.4g}"


def _duration(value: float) -> str:
    for length, name in STEPS:
        if abs(value) >= length:
            return f"{value / length:.3g} {name}"
    return f"{1000 * value:.3g} ms"
