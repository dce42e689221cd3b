"""Infers what one column of the file is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from perennial.plural import plural
from training.bring.amounts import infer_numbers
from training.bring.found import Found, left_out, listed
from training.bring.gaps import BESIDE_NUMBERS, GAPS, LEAST, OTHERS, counts, without_gaps
from training.bring.headed import Headed
from training.bring.numerals import COMMA, POINT, Numerals, numerals, padded
from training.bring.times import ISO_ORDER, Dates, dates, may_be_now, since_1970
from training.bring.words import infer_words

if TYPE_CHECKING:
    import pyarrow


WHOLE = "whole numbers, as words without the '.0' that the file has"

SINCE = (
    "may be times since 1970; TIME={name} splits the rows by them, UNUSED={name} leaves them out"
)
MOSTLY = 0.5  # share of values
EXACT = 2.0**53  # float64 has every whole number up to this one
DIGITS = r"^[+-]?\d+$"
LONG = "whole numbers of more digits than numbers keep, taken as words"


@dataclass(frozen=True)
class Raw:
    """A column as the file has it, and what its values may be.

    values: text without gaps, or what a Parquet file has.  gaps: the words that stood for them.
    written: how its numbers are written, None if it is no text.
    """

    column: Headed
    values: "pyarrow.ChunkedArray"
    gaps: Mapping[str, int]
    written: Numerals | None = None

    @classmethod
    def of(cls, column: Headed, gaps: Sequence[str] = GAPS) -> "Raw":
        """Return a column of a file; gaps: the words that stand for a missing value."""
        import pyarrow
        from pyarrow import types

        values = column.values
        if types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        if any(of(values.type) for of in (types.is_large_string, types.is_string_view)):
            values = values.cast(pyarrow.string())
        if types.is_null(values.type):
            values = values.cast(pyarrow.string())
        if not types.is_string(values.type):
            return cls(column, values, {})
        values, found = without_gaps(values, gaps)
        written = numerals(without_gaps(values, BESIDE_NUMBERS)[0])
        return cls(column, values, found, written)

    @property
    def header(self) -> str:
        """The column's name in the file."""
        return self.column.header

    @property
    def name(self) -> str:
        """The column's name in the task."""
        return self.column.name

    def mark(self, mark: str) -> str:
        """Return the decimal mark of its numbers: the given one unless the other allows more."""
        if self.written is None:
            return ""
        other = POINT if mark == COMMA else COMMA
        return other if self.written.share(other) > self.written.share(mark) else mark

    @property
    def marked(self) -> bool:
        """Whether its text has a decimal mark, or one of thousands."""
        from pyarrow import compute

        if self.written is None:
            return False
        return bool(compute.any(compute.match_substring_regex(self.written.plain, "[.,]")).as_py())

    def numbers(
        self, mark: str, *, sure: bool = False
    ) -> "tuple[pyarrow.ChunkedArray, list[str]] | None":
        """Return the values as float64, with doubts; None if they are no numbers.

        mark: the decimal mark.  sure: whether that is no doubt.
        """
        if self.written is None:
            found = _float64(self.values)
        elif self._are_numbers(mark) and not padded(self.values):
            values = self.written.numbers(mark)
            found = values, self._doubts(values, mark, sure)
        else:
            found = None
        return None if found is None or self._too_long(found[0]) else found

    def too_long(self, mark: str) -> bool:
        """Tell whether float64 takes some of its whole numbers, as of accounts, for others.

        mark: the decimal mark.
        """
        if self.written is not None:
            return self._are_numbers(mark) and self._too_long(self.written.numbers(mark))
        found = _float64(self.values)
        return found is not None and self._too_long(found[0])

    def _too_long(self, numbers: "pyarrow.ChunkedArray") -> bool:
        from pyarrow import compute, types

        if types.is_floating(self.values.type):
            return False
        large = compute.greater(compute.abs(numbers), EXACT)
        if self.written is not None:
            large = compute.and_(large, compute.match_substring_regex(self.written.plain, DIGITS))
        own, told_apart = (
            compute.count_distinct(each.filter(large)).as_py() for each in (self.values, numbers)
        )
        return bool(told_apart < own)

    def _are_numbers(self, mark: str) -> bool:
        """Tell whether few different words are none: of the rows, or of the different values."""
        from pyarrow import compute

        assert self.written is not None
        words = counts(self.written.plain.filter(compute.invert(self.written.fits[mark])))
        if len(words) > OTHERS:
            return False
        different = compute.count_distinct(self.written.plain).as_py()
        many = different - len(words) >= LEAST * max(1, different)
        return self.written.share(mark) >= LEAST or many

    def _doubts(self, values: "pyarrow.ChunkedArray", mark: str, sure: bool) -> list[str]:
        """Return what to look at."""
        from pyarrow import compute

        doubts = []
        no_number = compute.and_(compute.is_null(values), compute.is_valid(self.values))
        words = counts(self.values.filter(no_number))
        if words:
            named = listed(f"{word!r} ({plural(count, 'row')})" for word, count in words.items())
            doubts.append(f"numbers and {named}, which count as missing")
        other = POINT if mark == COMMA else COMMA
        equal = self.written and self.written.share(other) == self.written.share(mark)
        if self.written and equal and not sure and (between := self.written.ambiguous):
            doubts.append(
                f"numbers such as '1{between}234' were read with {mark!r} as the decimal mark; "
                f"DECIMAL={other} reads them otherwise"
            )
        if self.written and (signs := self.written.signs):
            without = self.written.count - sum(signs.values())
            some = {**signs, "none": without} if without > 0 else signs
            each = listed(f"{sign} {plural(count, 'row')}" for sign, count in some.items())
            uneven = f", which not all numbers have: {each}" if len(some) > 1 else ""
            doubts.append(f"currencies or percent signs were taken off{uneven}")
        return doubts

    def gaps_doubts(self) -> list[str]:
        """Return which words stood for gaps, since one of them may be a word of its own."""
        words = sorted(word for word in self.gaps if word)
        named = f"gaps are written as {listed(map(repr, words))}"
        return [f"{named}; GAPS= names those that are gaps, if not all are"] if words else []

    def dates(self) -> Dates | None:
        """Return how dates are written, if it holds dates as text."""
        return None if self.written is None else dates(self.values)

    @property
    def whole(self) -> bool:
        """Whether its text is whole numbers as pandas writes them beside a gap, such as 1.0."""
        from pyarrow import compute

        if self.written is None:
            return False
        point = compute.any(compute.match_substring(self.values, ".")).as_py()
        whole = compute.match_substring_regex(self.values, r"^[+-]?\d+(?:\.0+)?$")
        return bool(point and compute.all(whole).as_py())

    def order(self, dates: str) -> str:
        """Return the order of day and month of its dates; empty where none is needed.

        dates: what the request says.  Raises BadParameter.
        """
        written = self.dates()
        found = written.known(dates, self.header) if written else ISO_ORDER
        return "" if found == ISO_ORDER else found

    def words(self) -> "pyarrow.ChunkedArray | None":
        """Return the values as text; None for what is no value, such as a list."""
        import pyarrow
        from pyarrow import compute, types

        if self.written is not None:
            return (
                compute.replace_substring_regex(self.values, r"\.0+$", "")
                if self.whole
                else (self.values)
            )
        if types.is_floating(self.values.type):
            values = _finite(self.values)
            whole = compute.equal(values, compute.round(values))
            whole = compute.and_(whole, compute.less(compute.abs(values), 2.0**63))
            values = values.cast(pyarrow.int64()) if compute.all(whole).as_py() else values
            return values.cast(pyarrow.string())
        simple = (types.is_integer, types.is_boolean, types.is_decimal, types.is_date)
        if any(of(self.values.type) for of in simple):
            return self.values.cast(pyarrow.string())
        return None


def infer(raw: Raw, mark: str, *, as_words: bool = False) -> Found:
    """Return what a column is taken for.

    mark: the decimal mark of the file.  as_words: its numbers are names of something.
    """
    if not as_words and _is_time(raw):
        return left_out(
            raw.header,
            raw.name,
            "times",
            f"times, left out; TIME={raw.name} splits the rows in time order",
        )
    if not as_words and (found := raw.numbers(raw.mark(mark))):
        values, doubts = found
        if (since := since_1970(values)) is not None and may_be_now(since):
            doubts.append(SINCE.format(name=raw.name))
        inferred = infer_numbers(raw.header, raw.name, values).doubting(*doubts)
    elif (words := raw.words()) is not None:
        inferred = infer_words(raw.header, raw.name, words)
        if not as_words and raw.too_long(raw.mark(mark)):
            inferred = inferred.doubting(LONG)
        elif raw.written is not None and not as_words and padded(raw.values):
            inferred = inferred.doubting("numbers with leading zeros, taken as words")
        elif raw.written is not None and not as_words:
            inferred = inferred.doubting(*_nearly(raw.written, raw.mark(mark)))
        if raw.whole:
            inferred = inferred.doubting(WHOLE)
    else:
        kind = f"values of the type {raw.values.type}"
        return left_out(raw.header, raw.name, kind, f"{kind}, left out")
    if inferred.column is None or not inferred.values or not inferred.values.null_count:
        return inferred
    inferred = replace(
        inferred, says=f"{inferred.says}; {plural(inferred.values.null_count, 'gap')}"
    )
    return inferred.doubting(*raw.gaps_doubts())


def _nearly(written: Numerals, mark: str) -> list[str]:
    """Return why a column that is nearly one of numbers is one of words."""
    if examples := written.both_marks():
        one, other = map(repr, examples)
        text = f"numbers with both decimal marks, such as {one} and {other}, taken as words"
        return [f"{text}; write them alike"]
    if written.share(mark) < MOSTLY:
        return []
    other = repr(written.no_number(mark))
    return [f"mostly numbers, taken as words since others are none, such as {other}"]


def _is_time(raw: Raw) -> bool:
    from pyarrow import types

    if raw.written is None:
        return bool(types.is_timestamp(raw.values.type) or types.is_date(raw.values.type))
    return raw.dates() is not None


def _float64(values: Any) -> "tuple[pyarrow.ChunkedArray, list[str]] | None":
    """Return numbers of a Parquet file as float64, without doubts; None for other values."""
    from pyarrow import types

    numbers = (types.is_integer, types.is_floating, types.is_decimal)
    return (_finite(values), []) if any(of(values.type) for of in numbers) else None


def _finite(values: Any) -> "pyarrow.ChunkedArray":
    """Return float64 with null for what is no number, as pandas writes NaN for a gap."""
    import pyarrow
    from pyarrow import compute

    found = values.cast(pyarrow.float64(), safe=False)
    return compute.if_else(compute.is_finite(found), found, None)
