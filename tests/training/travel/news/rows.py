"""Texts of the task, as clients send them, with their labels."""

from typing import Any

import numpy as np

RIVER = "river bank fish water flood boat".split()
SPORT = "team goal match score coach ball".split()
BOTH = "the a of with two new old".split()
# Words that the task did not know when it was made.
NEW = ("Überschwemmung 🙂", "Elfmeter")


def instances(count: int, *, seed: int, new: bool = False) -> list[Any]:
    """Return texts of nine words, three of which tell the label, or one new word does."""
    random = np.random.default_rng(seed)
    found = []
    for row in range(count):
        telling = [NEW[row % 2]] if new else random.choice((RIVER, SPORT)[row % 2], 3).tolist()
        found.append(" ".join([*random.choice(BOTH, 6).tolist(), *telling, f"x{row}y{seed}"]))
    return found


def label(instance: Any) -> str:
    """Return the truth."""
    about = set(instance.split())
    return "river" if about & {*RIVER, *NEW[0].split()} else "sport"


# How rows of the incident differ.
SHIFT: Any = {"new": True}


def fresh(count: int) -> list[Any]:
    """Return texts of the incident, whose words are new."""
    return instances(count, seed=5, **SHIFT)


REFUSED = (({"text": "a"}, "instances[0]"), ("x" * 201, "instances[0]"))
SHOWN = (" x",)
SLICES = ("old rows: base",)
