"""Reads the column that orders the rows."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from perennial.errors import Described
from perennial.kinds.columns import TimeColumn
from perennial.plural import plural
from training.bring.column import Raw
from training.bring.found import Found
from training.bring.times import Dates, no_date, since_1970, times
from training.errors import BadParameter

if TYPE_CHECKING:
    import pyarrow

OFFSET = r"(?:Z|:\d\d(?:[.,]\d+)?\s*[+-]\d\d:?\d\d)$"
EXPECTED = "times, such as '2026-11-21T10:00:00Z', '21.11.2026 10:00' or seconds since 1970"
# Different times, so that some can be before those of validation and of test.
LEAST_TIMES = 4
FAR = 100  # times the middle half of the times, or days


def infer_time(raw: Raw, order: str) -> Found:
    """Return the column as times in UTC.

    order: of day and month, empty to infer it.  Raises BadParameter for what is no time.
    """
    from pyarrow import compute

    values, doubts = _times(raw, order)
    low, high = (end(values).as_py() for end in (compute.min, compute.max))
    says = f"times from {low:%Y-%m-%d %H:%M} to {high:%Y-%m-%d %H:%M}, which the model does not get"
    says += ": rows are split in time order"
    if values.null_count:
        doubts.append(f"no time in {plural(values.null_count, 'row')}")
    doubts += _far(values)
    return Found(raw.header, raw.name, says, TimeColumn(name=raw.name), values, tuple(doubts))


def check_enough(found: Found) -> None:
    """Raise BadParameter unless there are times enough to split the rows by."""
    from pyarrow import compute

    different = compute.count_distinct(found.values).as_py()
    if different < LEAST_TIMES:
        got = Described(f"{found.header}, with {plural(different, 'different time')}")
        expected = f"at least {LEAST_TIMES}, to split the rows by; without TIME they are drawn"
        raise BadParameter("TIME", got, expected)


def _times(raw: Raw, order: str) -> "tuple[pyarrow.ChunkedArray, list[str]]":
    """Return the times, with doubts about how they were read."""
    import pyarrow
    from pyarrow import types

    kind = raw.values.type
    if types.is_timestamp(kind) or types.is_date(kind):
        values = raw.values.cast(pyarrow.timestamp("us", tz="UTC"), safe=False)
        naive = getattr(kind, "tz", None) is None
        return values, ["times without an offset, taken as UTC"] if naive else []
    if written := raw.dates():
        return times(written, order, raw.header), list(_read_as(written, order))
    if (numbers := raw.numbers(".")) and (since := since_1970(numbers[0])):
        return since, []
    raise BadParameter("TIME", Described(f"{raw.header}, {_wrong(raw)}"), EXPECTED)


def _read_as(written: Dates, order: str) -> Iterator[str]:
    """Yield what to look at of times that are text."""
    from pyarrow import compute

    values = written.column.drop_null()
    offset = compute.match_substring_regex(values, OFFSET)
    if without := len(values) - (compute.sum(offset).as_py() or 0):
        some = "" if without == len(values) else f" in {plural(without, 'row')}"
        yield f"times without an offset{some}, taken as UTC"
    if not (written.order or order):
        yield f"{values[0].as_py()!r} was read as day and month; DATES=mdy reads it otherwise"


def _far(values: "pyarrow.ChunkedArray") -> Iterator[str]:
    """Yield that some times are far from all others, as 9999-12-31 for none is."""
    import numpy as np

    there = values.drop_null().to_numpy().astype("datetime64[us]")
    first, middle, third = np.quantile(there.astype(np.int64), [0.25, 0.5, 0.75])
    day = 86_400_000_000
    far = np.abs(there.astype(np.int64) - middle) > FAR * max(third - first, day)
    if far.any():
        count, such = plural(int(far.sum()), "time"), str(there[far][0])[:10]
        yield f"{count} far from all others, such as {such}: rows are split by them"


def _wrong(raw: Raw) -> str:
    """Return which value of the column is no time, a clause."""
    if raw.values.null_count == len(raw.values):
        return "with no values"
    if raw.written is None:
        return f"of the type {raw.values.type}"
    row = no_date(raw.values)
    if row is None:
        return "with dates that are written in several ways"
    return f"with {raw.values[row].as_py()!r} in row {row + 1}"
