"""Tells equal rows apart where nearly all rows repeat: as the first, the second and so on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Rows per content from which equal rows are draws of few possible inputs, not copies of one row.
DRAWS = 5
# Odd, so that different numbers give different products; another than that of times.
SPREAD = np.uint64(0xD6E8FEB86659FD93)

Occurrences = NDArray[np.int64]


def are_draws(contents: NDArray[np.uint64]) -> bool:
    """Return whether rows repeat so much that each occurrence is an observation of its own.

    Three columns of four words give 64 inputs, whatever the number of rows. A split by content
    would put about 13 of them into the test, which says little of the other 51.

    >>> are_draws(np.repeat([1, 2], 5)), are_draws(np.repeat([1, 2, 3], 4))
    (True, False)
    """
    return len(contents) > 0 and len(contents) >= DRAWS * len(np.unique(contents))


def occurrences(contents: NDArray[np.integer[Any]]) -> Occurrences:
    """Return how many equal rows come before each.

    >>> occurrences(np.array([5, 0, 5, 5])).tolist()
    [0, 0, 1, 2]
    """
    order = np.argsort(contents, kind="stable")
    ordered = contents[order]
    found = np.empty(len(contents), np.int64)
    found[order] = np.arange(len(contents)) - np.searchsorted(ordered, ordered)
    return found


def told_apart(contents: NDArray[np.uint64], numbers: Occurrences) -> NDArray[np.uint64]:
    """Return a number per row, equal for equal rows of the same occurrence.

    The first occurrence of a content keeps the content's own number. The others are mixed, since
    the number decides the split.
    Source of the mixing: Steele, Lea and Flood, Fast splittable pseudorandom number generators,
    2014.

    >>> first, second = told_apart(np.array([7, 7], np.uint64), np.array([0, 1])).tolist()
    >>> first, second == 7
    (7, False)
    """
    mixed = contents ^ (numbers.astype(np.uint64) * SPREAD)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.where(numbers > 0, mixed ^ (mixed >> np.uint64(31)), contents)
