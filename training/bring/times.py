"""Reads text and numbers as times: ISO 8601, dates with dots or slashes, seconds since 1970."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perennial.errors import Described
from training.errors import BadParameter

if TYPE_CHECKING:
    import pyarrow

CLOCK = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?"
ISO = rf"^\d{{4}}[-/]\d{{2}}[-/]\d{{2}}{CLOCK}\s*(?:Z|[+-]\d{{2}}:?\d{{2}})?$"
ORDERED = rf"^(\d{{1,2}})[./-](\d{{1,2}})[./-](?:\d{{4}}|\d{{2}}),?{CLOCK}(?:\s*[AaPp][Mm])?$"
COMPACT = r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$"
# Year, month and day, which need no order to be known.
ISO_ORDER = "iso"
# Seconds, milliseconds, microseconds since 1970, of the years 2001 to 2286, by their digits.
UNITS = {10: "s", 13: "ms", 16: "us"}
DIFFERENT = 0.9  # share of rows with a time of their own, from which numbers may be times


@dataclass(frozen=True)
class Dates:
    """A column of text that holds dates.

    order: of day and month: `iso`, `dmy`, `mdy`, or empty where both are possible.
    usual: the order that is meant then, as dots say; empty where nothing does.
    """

    column: "pyarrow.ChunkedArray"
    order: str
    usual: str = ""

    def known(self, order: str, header: str) -> str:
        """Return the order of day and month; order: what the request says, empty to infer it.

        Raises BadParameter, also where the dates have another order than the request says.
        """
        if order and self.order not in ("", ISO_ORDER, order):
            row, value = self._telling()
            expected = f"{self.order}, since column {header} has {value!r} in row {row + 1}"
            raise BadParameter("DATES", order, expected)
        found = self.order or order or self.usual
        if not found:
            example = Described(repr(self.column.drop_null()[0].as_py()))
            expected = "DATES=dmy or DATES=mdy, which order it is"
            raise BadParameter(f"column {header}", example, expected)
        return found

    def _telling(self) -> tuple[int, str]:
        """Return the first row whose day can be no month, and its value."""
        from pyarrow import compute

        place = 1 if self.order == "dmy" else 2
        days = compute.cast(
            compute.replace_substring_regex(self.column, ORDERED, rf"\{place}"), "int32"
        )
        row = compute.index(compute.greater(days, 12), True).as_py()
        return row, str(self.column[row])


def dates(column: "pyarrow.ChunkedArray") -> Dates | None:
    """Return how dates are written in a column of text; None if a value is none.

    >>> import pyarrow
    >>> [dates(pyarrow.chunked_array([[text]])) is None for text in ("31.12.2026", "12.5")]
    [False, True]
    """
    from pyarrow import compute

    if _all(column, ISO) or _all(column, COMPACT):
        return Dates(column, ISO_ORDER)
    if not _all(column, ORDERED):
        return None
    first, second = (
        compute.max(
            compute.cast(compute.replace_substring_regex(column, ORDERED, rf"\{place}"), "int32")
        ).as_py()
        for place in (1, 2)
    )
    if first > 12 and second > 12:
        return None
    dotted = compute.any(compute.match_substring_regex(column, r"\d\.\d{1,2}\.")).as_py()
    if first > 12 or second > 12:
        return Dates(column, "dmy" if first > 12 else "mdy")
    return Dates(column, "", "dmy" if dotted else "")


def times(found: Dates, order: str, header: str) -> "pyarrow.ChunkedArray":
    """Return times in UTC, those without an offset taken as UTC.

    order: what the request says of day and month, empty to infer it.  Raises BadParameter.
    """
    import pandas
    import pyarrow

    known = found.known(order, header)
    text = found.column.to_pandas()
    text = text.str.replace(r"[/.-]", "-", n=2, regex=True)
    if known != ISO_ORDER:
        text = text.str.replace(r",?[T ]+", " ", regex=True)
    form = _form(text[text.first_valid_index()], known)
    parsed = pandas.to_datetime(text, utc=True, errors="coerce", format=form)
    if (wrong := parsed.isna() & text.notna()).any():
        at = int(wrong.to_numpy().argmax())
        got = found.column[at].as_py()
        raise BadParameter(f"column {header}, row {at + 1}", got, "a time, written as in row 1")
    times = pyarrow.Array.from_pandas(parsed, type=pyarrow.timestamp("us", tz="UTC"))
    return pyarrow.chunked_array([times])


def no_date(column: "pyarrow.ChunkedArray") -> int | None:
    """Return the first row of a column of text whose value is no date; None if each is one.

    >>> import pyarrow
    >>> no_date(pyarrow.chunked_array([["1.2.2026", None, "soon"]]))
    2
    """
    from pyarrow import compute

    ways = [compute.match_substring_regex(column, way) for way in (ISO, COMPACT, ORDERED)]
    wrong = compute.invert(compute.or_(ways[0], compute.or_(ways[1], ways[2])))
    row = compute.index(wrong, True).as_py()
    return None if row < 0 else int(row)


def _form(text: str, order: str) -> str:
    """Return the format of a time, for pandas.

    >>> _form("31-12-26 23:59", "dmy"), _form("1-2-2026 1:30:00 PM", "mdy")
    ('%d-%m-%y %H:%M', '%m-%d-%Y %I:%M:%S %p')
    """
    if order == ISO_ORDER:
        return "%Y%m%d" if text.isdigit() else "ISO8601"
    day, _, clock = text.strip().partition(" ")
    year = "%Y" if len(day.rpartition("-")[2]) == 4 else "%y"
    half = clock[-2:].upper() in ("AM", "PM")
    parts = ["%d-%m-" if order == "dmy" else "%m-%d-", year]
    if ":" in clock:
        parts += [" %I:%M" if half else " %H:%M", ":%S" * (clock.count(":") - 1)]
    parts += [".%f"] * ("." in clock) + [" %p" if clock[-3:-2] == " " else "%p"] * half
    return "".join(parts)


def since_1970(column: "pyarrow.ChunkedArray") -> "pyarrow.ChunkedArray | None":
    """Return the times of whole seconds, milliseconds or microseconds; None for other numbers."""
    import pyarrow
    from pyarrow import compute

    if not len(column.drop_null()):
        return None
    ends = (compute.min(column).as_py(), compute.max(column).as_py())
    digits = {len(str(int(end))) for end in ends}
    unit = UNITS.get(digits.pop()) if len(digits) == 1 else None
    if unit is None:
        return None
    whole = compute.cast(compute.floor(column), pyarrow.int64())
    naive = whole.cast(pyarrow.timestamp(unit)).cast(pyarrow.timestamp("us"))
    return compute.assume_timezone(naive, "UTC")


def may_be_now(times: "pyarrow.ChunkedArray") -> bool:
    """Tell whether numbers that could be times are: nearly all different, and before 2100."""
    from pyarrow import compute

    there = times.drop_null()
    different = compute.count_distinct(there).as_py()
    return bool(different > DIFFERENT * len(there) and compute.max(there).as_py().year < 2100)


def _all(column: "pyarrow.ChunkedArray", pattern: str) -> bool:
    """Tell whether all values that are there match; False if there are none."""
    from pyarrow import compute

    values = column.drop_null()
    return bool(len(values)) and bool(
        compute.all(compute.match_substring_regex(values, pattern)).as_py()
    )
