"""Rows of the task, as clients send them, with their labels."""

from typing import Any

import numpy as np

SIZE = 16
PRICES = np.arange(SIZE) / 4
# What the last bit costs; no row that the task knew when it was made has it.
NEW = 20.0


def instances(count: int, *, seed: int, last: str) -> list[Any]:
    """Return different rows of bits; the last bit of each is the same."""
    random, found = np.random.default_rng(seed), dict[str, None]()
    while len(found) < count:
        bits = "".join(map(str, random.integers(0, 2, SIZE - 1).tolist()))
        found[bits + last] = None
    return list(found)


def label(instance: str) -> float:
    """Return the truth: the sum of the prices, and a quarter where the number of bits is odd."""
    bits = np.array([*map(int, instance)])
    return float(bits[:-1] @ PRICES[:-1] + NEW * bits[-1] + 0.25 * (bits.sum() % 2))


def fresh(count: int) -> list[Any]:
    """Return rows of the incident, which have the last bit."""
    return instances(count, seed=5, last="1")
