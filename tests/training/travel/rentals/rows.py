"""Rows of the task, as clients send them, with their labels."""

from typing import Any

import numpy as np

WEATHER = ("clear", "rain")
# Weather that the task did not know when it was made.
NEW = "snow"
FACTORS = {"clear": 1.0, "rain": 0.5, NEW: 0.1}


def instances(count: int, *, seed: int, weather: tuple[str, ...] = WEATHER) -> list[Any]:
    """Return hours of different days."""
    random = np.random.default_rng(seed)
    return [
        {
            "hour": int(random.integers(0, 24)),
            "temperature": float(np.round(random.uniform(-5, 30), 3)),
            "weather": weather[int(random.integers(0, len(weather)))],
        }
        for _ in range(count)
    ]


def label(instance: Any) -> float:
    """Return the truth: more at noon, where it is warm and clear, and a little at random."""
    noon = 12 - abs(12 - instance["hour"])
    expected = (10 * noon + 2 * (instance["temperature"] + 5)) * FACTORS[instance["weather"]]
    return float(round(expected + instance["temperature"] % 1, 3))


# How rows of the incident differ.
SHIFT: Any = {"weather": (NEW, NEW, NEW, "clear")}


def fresh(count: int) -> list[Any]:
    """Return hours of the incident, in which it snows."""
    return instances(count, seed=5, **SHIFT)


REFUSED = (({"hour": 3, "temperature": 2.0}, "instances[0].weather"),)
