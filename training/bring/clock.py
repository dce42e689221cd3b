"""Finds columns that a clock tells, such as the hour: their drift says nothing of the rows."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from perennial.kinds.columns import CategoryColumn, NumberColumn, TimeColumn
from training.bring.found import Found

if TYPE_CHECKING:
    import pyarrow

Times = NDArray[np.datetime64]
Integers = NDArray[np.int64]
DAY, HOUR = np.timedelta64(1, "D"), np.timedelta64(1, "h")
# What may tell a column, and how many values it has.
CLOCKS = {"the hour of the day": 24, "the day of the week": 7, "the hour of the week": 168}
# Of the rows, so many have the usual value of their hour or day, and at most so many the value that
# is usual at all, which any clock would tell.
TOLD, SAME = 0.99, 0.9
# Rows and days of each hour or day, at least: a clock cannot be told from chance by one.
LEAST = 3


def not_watched(found: list[Found]) -> list[Found]:
    """Return columns, those that a clock tells without a watch on their drift."""
    times = next((one.values for one in found if isinstance(one.column, TimeColumn)), None)
    return found if times is None else [_checked(one, times) for one in found]


def _checked(one: Found, times: "pyarrow.ChunkedArray") -> Found:
    column, values = one.column, one.values
    if values is None or not isinstance(column, NumberColumn | CategoryColumn):
        return one
    there = values.is_valid().to_numpy() & times.is_valid().to_numpy()
    moments = times.to_numpy().astype("datetime64[us]")[there]
    codes = values.combine_chunks().dictionary_encode().indices.fill_null(0).to_numpy()[there]
    clock = told_by(codes.astype(np.int64), moments)
    if clock is None:
        return one
    says = f"{one.says}; {clock} tells it, so its drift is not watched"
    return replace(one, says=says, column=column.model_copy(update={"watched": False})).doubting(
        f"told by {clock}, so its drift is not watched; without 'watched=False' it is"
    )


def told_by(codes: Integers, times: Times) -> str | None:
    """Return which clock tells a column, the shortest one; None if none does.

    codes: a number for each value, from 0, shape (rows,).  times: in UTC, shape (rows,).

    >>> hours = np.datetime64("2026-01-01", "us") + np.arange(24 * 21) * HOUR
    >>> told_by(np.arange(24 * 21) % 24, hours), told_by(np.arange(24 * 21) // 24 % 7, hours)
    ('the hour of the day', 'the day of the week')
    >>> told_by(np.arange(24 * 21) % 5, hours)
    """
    if not len(codes) or np.bincount(codes).max() > SAME * len(codes):
        return None
    days = times.astype("datetime64[D]")
    hour = ((times - days) // HOUR).astype(np.int64)
    weekday = days.astype(np.int64) % 7
    for (name, size), clock in zip(
        CLOCKS.items(), (hour, weekday, weekday * 24 + hour), strict=True
    ):
        few = codes.max() < 2 * size
        if few and _often(clock, days.astype(np.int64)) and _usual(codes, clock, size) >= TOLD:
            return name
    return None


def _often(clock: Integers, days: Integers) -> bool:
    """Return whether most of the clock's values came on several days."""
    seen = np.unique(np.stack([clock, days]), axis=1)[0]
    return bool(np.median(np.unique(seen, return_counts=True)[1]) >= LEAST)


def _usual(codes: Integers, clock: Integers, size: int) -> float:
    """Return the share of rows with the most frequent value of their hour or day."""
    counts = np.zeros((size, int(codes.max()) + 1))
    np.add.at(counts, (clock, codes), 1)
    return float(counts.max(axis=1).sum() / len(codes))
