"""Reads text as numbers: decimal points or commas, thousands, currencies, percent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow

POINT, COMMA = ".", ","
# As programs write them: a capital E without a sign or a decimal mark is of a code, such as 1E5.
EXPONENT, WITH_MARK = r"(?:e[+-]?\d+|E[+-]\d+)?", r"(?:[eE][+-]?\d+)?"
WHOLE = r"(?:\d+|[1-9]\d{0,2}(?:%s\d{3})+)"
# By decimal mark. Spaces and apostrophes between thousands are gone by then; 0.123 has none.
FORMS = {
    mark: rf"^[+-]?(?:{whole}{EXPONENT}|(?:{whole}{place}\d*|{place}\d+){WITH_MARK})$"
    for mark, place, whole in ((POINT, r"\.", WHOLE % ","), (COMMA, ",", WHOLE % r"\."))
}
AFFIX = r"^([+-]?)\s*[€$£]\s*|\s*(?:[€$£%]|EUR|USD|GBP)$"
# What is taken off, each by how it is written.
SIGNS = {"%": "%", "€": "€|EUR", "$": r"\$|USD", "£": "£|GBP"}
SPACES = r"(\d)[ '’\x{00A0}\x{2009}\x{202F}](\d{3})"
# A minus after the number, or brackets around it, as programs of accountants write them.
BELOW_ZERO = r"^(?:(\d[\d.,]*)-|\((\d[\d.,]*)\))$"
# A number that a person would write without its zeros: a ZIP code, an article's number.
PADDED = r"^0\d+$"


@dataclass(frozen=True)
class Numerals:
    """How the numbers of a column are written.

    plain: the text without currencies and spaces.  fits: whether each value is a number by each
    mark, null for gaps.  signs: how many values had which currency or percent sign.
    """

    plain: "pyarrow.ChunkedArray"
    fits: "dict[str, pyarrow.ChunkedArray]"
    signs: Mapping[str, int]

    @property
    def count(self) -> int:
        """How many values there are."""
        return int(len(self.plain) - self.plain.null_count)

    def share(self, mark: str) -> float:
        """Return the share of values, without gaps, that are numbers with this decimal mark."""
        from pyarrow import compute

        fitting = compute.sum(self.fits[mark]).as_py() or 0
        return float(fitting / max(1, self.count))

    @property
    def ambiguous(self) -> str:
        """The mark in a value that is another number by the other mark, as in 1.234; or empty."""
        from pyarrow import compute

        both = compute.and_(self.fits[POINT], self.fits[COMMA])
        marked = compute.match_substring_regex(self.plain, r"\d[.,]\d")
        found = self.plain.filter(compute.and_(both, marked))
        return "" if not len(found) else POINT if POINT in found[0].as_py() else COMMA

    def both_marks(self) -> tuple[str, str] | None:
        """Return a number with each mark, if all are numbers and some by the one mark alone."""
        from pyarrow import compute

        either = compute.or_(self.fits[POINT], self.fits[COMMA])
        alone = [
            self.plain.filter(compute.and_not(self.fits[one], self.fits[other]))
            for one, other in ((POINT, COMMA), (COMMA, POINT))
        ]
        if not compute.all(either).as_py() or not all(map(len, alone)):
            return None
        point, comma = (str(values[0].as_py()) for values in alone)
        return comma, point

    def no_number(self, mark: str) -> str:
        """Return the first value that is no number, else the first."""
        from pyarrow import compute

        there = self.plain.drop_null()
        wrong = self.plain.filter(compute.invert(self.fits[mark]))
        return str((wrong if len(wrong) else there)[0].as_py())

    def numbers(self, mark: str) -> "pyarrow.ChunkedArray":
        """Return float64, with null where a value is no number, or too large for one."""
        import pyarrow
        from pyarrow import compute

        thousands = COMMA if mark == POINT else POINT
        text = compute.if_else(self.fits[mark], self.plain, None)
        text = compute.replace_substring(text, thousands, "")
        text = compute.replace_substring_regex(text, r"^\+", "")
        text = compute.replace_substring(text, COMMA, POINT)
        found = compute.cast(text, pyarrow.float64())
        return compute.if_else(compute.is_finite(found), found, None)  # 1e400 is infinite


def numerals(column: "pyarrow.ChunkedArray") -> Numerals:
    """Return how the numbers of a column of text are written.

    >>> import pyarrow
    >>> found = numerals(pyarrow.chunked_array([["1.234,5", "€ -7", None, "x"]]))
    >>> found.numbers(COMMA).to_pylist(), found.share(COMMA) > found.share(POINT)
    ([1234.5, -7.0, None, None], True)
    >>> numerals(pyarrow.chunked_array([["12,50-", "(1.200)"]])).numbers(COMMA).to_pylist()
    [-12.5, -1200.0]
    """
    from pyarrow import compute

    plain = compute.replace_substring(column, "−", "-")
    bare = compute.replace_substring_regex(plain, AFFIX, r"\1")
    taken = plain.filter(compute.not_equal(bare, plain))
    found = {
        sign: compute.sum(compute.match_substring_regex(taken, way)).as_py() or 0
        for sign, way in SIGNS.items()
    }
    signs = {sign: count for sign, count in found.items() if count}
    for _ in range(2):  # matches do not overlap: 1 234 567
        bare = compute.replace_substring_regex(bare, SPACES, r"\1\2")
    bare = compute.replace_substring_regex(bare, BELOW_ZERO, r"-\1\2")
    fits = {mark: compute.match_substring_regex(bare, pattern) for mark, pattern in FORMS.items()}
    return Numerals(bare, fits, signs)


def padded(column: "pyarrow.ChunkedArray") -> bool:
    """Tell whether a column of text has whole numbers with a leading zero."""
    from pyarrow import compute

    return bool(compute.any(compute.match_substring_regex(column, PADDED)).as_py())


def decimal_mark(columns: "list[Numerals]", separator: str) -> str:
    """Return the file's decimal mark: that of the columns that allow only one.

    Where no column says, a file with semicolons has commas, as spreadsheets of the countries with
    decimal commas write it, and any other has points.
    """
    sure = {
        mark: sum(one.share(mark) == 1 and one.share(other) < 1 for one in columns)
        for mark, other in ((POINT, COMMA), (COMMA, POINT))
    }
    if sure[POINT] != sure[COMMA]:
        return max(sure, key=lambda mark: sure[mark])
    return COMMA if separator == ";" else POINT
