"""Formats figures with the unit that fits."""

from collections.abc import Callable

# Formats a figure given in its base unit.
Format = Callable[[float], str]


def _scaled(value: float, units: tuple[tuple[float, str], ...]) -> str:
    for scale, unit in units[:-1]:
        if abs(value) >= scale:
            return f"{value / scale:.3g} {unit}"
    scale, unit = units[-1]
    return f"{value / scale:.3g} {unit}"


def duration(seconds: float) -> str:
    """Return seconds in the unit that fits.

    >>> duration(0.000052), duration(0.0031), duration(16.64), duration(3720), duration(0)
    ('52 µs', '3.1 ms', '16.6 s', '1 h 2 min', '0 µs')
    """
    if round(seconds) >= 60:
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
    return _scaled(seconds, ((1, "s"), (1e-3, "ms"), (1e-6, "µs")))


def size(number: float) -> str:
    """Return bytes in the unit that fits.

    >>> size(900), size(398_522), size(877_359_104)
    ('900 B', '399 kB', '877 MB')
    """
    return _scaled(number, ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")))


def energy(joules: float) -> str:
    """Return joules in the unit that fits.

    >>> energy(223.1), energy(5_400_000)
    ('223 J', '5.4 MJ')
    """
    return _scaled(joules, ((1e6, "MJ"), (1e3, "kJ"), (1, "J")))


def ratio(here: float, main: float) -> str:
    """Return how many times main's figure this one is.

    >>> ratio(3, 2), ratio(1, 0)
    ('×1.50', 'main had none')
    """
    return f"×{here / main:.2f}" if main else "main had none"
