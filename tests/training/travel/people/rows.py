"""Rows of the task, as clients send them, with their labels."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

START = datetime(2026, 1, 1, tzinfo=UTC)
WORKS = ("Private", "Public", None)
# A word that the task did not know when it was made; such people earn much.
NEW = "Selbständig 🙂"


def instances(count: int, *, seed: int, works: tuple[str | None, ...] = WORKS) -> list[Any]:
    """Return people, every ninth without an age."""
    random = np.random.default_rng(seed)
    return [
        {
            "seen": (START + timedelta(minutes=row)).isoformat(),
            "age": None if row % 9 == 0 else float(np.round(random.uniform(18, 80), 3)),
            "work": works[int(random.integers(0, len(works)))],
        }
        for row in range(count)
    ]


def label(instance: Any) -> str:
    """Return the truth: a new word, or Private work over 40, earns much."""
    private = instance["work"] == "Private" and (instance["age"] or 0) > 40
    return "much" if private or instance["work"] == NEW else "little"


# How rows of the incident differ.
SHIFT: Any = {"works": (NEW, NEW, NEW, "Public")}


def fresh(count: int) -> list[Any]:
    """Return people of the incident: most have the new word."""
    return instances(count, seed=5, **SHIFT)


REFUSED = (
    ({"seen": None, "age": 39}, "instances[0].work"),
    ({"seen": None, "age": 39, "Work": "Private"}, "instances[0].Work"),
    ([None, "Private", 39], "instances[0][1]"),
)
SHOWN = ("age ", "work ")
SLICES = ("work Private", "work other", "work missing")
