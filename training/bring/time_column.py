"""Reads the column that orders the rows."""

from typing import TYPE_CHECKING

from perennial.errors import Described
from perennial.kinds.columns import TimeColumn
from training.bring.column import Raw
from training.bring.found import Found, plural
from training.bring.times import no_date, since_1970, times
from training.errors import BadParameter

if TYPE_CHECKING:
    import pyarrow

OFFSET = r"(?:Z|:\d\d ?[+-]\d\d:?\d\d)$"
EXPECTED = "times, such as '2026-11-21T10:00:00Z', '21.11.2026 10:00' or seconds since 1970"


def infer_time(raw: Raw, order: str) -> Found:
    """Return the column as times in UTC.

    order: of day and month, empty to infer it.  Raises BadParameter for what is no time.
    """
    from pyarrow import compute

    values, naive = _times(raw, order)
    low, high = (end(values).as_py() for end in (compute.min, compute.max))
    says = f"times from {low:%Y-%m-%d %H:%M} to {high:%Y-%m-%d %H:%M}: rows are split in time order"
    doubts = ["times without an offset, taken as UTC"] if naive else []
    if values.null_count:
        doubts.append(f"no time in {plural(values.null_count, 'row')}")
    return Found(raw.header, raw.name, says, TimeColumn(name=raw.name), values, tuple(doubts))


def _times(raw: Raw, order: str) -> "tuple[pyarrow.ChunkedArray, bool]":
    """Return the times, and whether they had no offset."""
    import pyarrow
    from pyarrow import compute, types

    kind = raw.values.type
    if types.is_timestamp(kind) or types.is_date(kind):
        values = raw.values.cast(pyarrow.timestamp("us", tz="UTC"), safe=False)
        return values, getattr(kind, "tz", None) is None
    if written := raw.dates():
        offset = compute.any(compute.match_substring_regex(raw.values, OFFSET)).as_py()
        return times(written, order, raw.header), not offset
    if (numbers := raw.numbers(".")) and (since := since_1970(numbers[0])):
        return since, False
    raise BadParameter("TIME", Described(f"{raw.header}, {_wrong(raw)}"), EXPECTED)


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
