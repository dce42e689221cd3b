"""When rows are from, and which of them are one observation."""

import numpy as np
import pyarrow
import pyarrow.compute
from numpy.typing import NDArray

from perennial.kinds.arrow import from_numpy, select, to_numpy
from perennial.kinds.input_kind import InputKind
from training.artifacts.occurrences import Occurrences, told_apart

# In UTC, microseconds; NaT where the time is missing.
Times = NDArray[np.datetime64]
TYPE = pyarrow.timestamp("us", tz="UTC")
DTYPE = np.dtype("datetime64[us]")
# How numpy stores NaT.
MISSING = np.iinfo(np.int64).min
# Odd, so that different times give different products.
SPREAD = np.uint64(0x9E3779B97F4A7C15)


def times_of(kind: InputKind, table: pyarrow.Table) -> Times | None:
    """Return the time of each row, shape (rows,); None if rows of this kind have none.

    Raises InvalidField if the column is missing or of another type.
    """
    if kind.time is None:
        return None
    column = pyarrow.schema([kind.arrow_schema().field(kind.time)])
    return read_times(select(table, column).column(0))


def read_times(column: pyarrow.ChunkedArray) -> Times:
    """Return the times in an Arrow column."""
    numbers = column.cast(pyarrow.int64()).fill_null(MISSING).combine_chunks()
    return np.array(to_numpy(numbers), np.int64).view(DTYPE)


def written_times(times: Times) -> pyarrow.Array:
    """Return times as an Arrow column, null where they are missing."""
    numbers = from_numpy(times.view(np.int64))
    missing = pyarrow.compute.equal(numbers, MISSING)
    nothing = pyarrow.scalar(None, pyarrow.int64())
    return pyarrow.compute.if_else(missing, nothing, numbers).cast(TYPE)


def observations(
    contents: NDArray[np.uint64], times: Times | None, numbers: Occurrences
) -> NDArray[np.uint64]:
    """Return a number per row: equal for rows of the same content, time and occurrence.

    contents: a digest per row.  times: None if rows have none.  numbers: how many equal rows come
    before each, where that tells rows apart; else 0.

    >>> contents = np.array([7, 7, 7], np.uint64)
    >>> days = np.array(["2026-11-21", "2026-11-22", "2026-11-21"], DTYPE)
    >>> one = np.zeros(3, np.int64)
    >>> first, second, third = observations(contents, days, one).tolist()
    >>> first == third, first == second, observations(contents, None, one).tolist()
    (True, False, [7, 7, 7])
    """
    contents = told_apart(contents, numbers)
    if times is None:
        return contents
    spread = times.view(np.int64).view(np.uint64) * SPREAD
    return np.asarray(contents ^ spread, np.uint64)


def spans(sources: NDArray[np.str_], times: Times) -> dict[str, tuple[str, str]]:
    """Return the first and the last time of each source's rows, in UTC; none if all are missing.

    >>> days = np.array(["2026-11-21", "2026-11-22", "NaT", "NaT"], DTYPE)
    >>> spans(np.array(["base", "base", "base", "new"]), days)
    {'base': ('2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z')}
    """
    known = ~np.isnat(times)
    found = {}
    for source in np.unique(sources[known]):
        here = times[known & (sources == source)]
        first, last = np.datetime_as_string([here.min(), here.max()], unit="s", timezone="UTC")
        found[str(source)] = (str(first), str(last))
    return found
