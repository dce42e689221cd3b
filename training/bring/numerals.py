"""Reads text as numbers: decimal points or commas, thousands, currencies, percent."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow

POINT, COMMA = ".", ","
EXPONENT = r"(?:[eE][+-]?\d+)?"
# By decimal mark. Spaces and apostrophes between thousands are gone by then; 0.123 has none.
FORMS = {
    POINT: rf"^[+-]?(?:(?:\d+|[1-9]\d{{0,2}}(?:,\d{{3}})+)(?:\.\d*)?|\.\d+){EXPONENT}$",
    COMMA: rf"^[+-]?(?:(?:\d+|[1-9]\d{{0,2}}(?:\.\d{{3}})+)(?:,\d*)?|,\d+){EXPONENT}$",
}
AFFIX = r"^([+-]?)\s*[€$£]\s*|\s*(?:[€$£%]|EUR|USD|GBP)$"
SPACES = r"(\d)[ '’\x{00A0}\x{2009}\x{202F}](\d{3})"
# A number that a person would write without its zeros: a ZIP code, an article's number.
PADDED = r"^0\d+$"


@dataclass(frozen=True)
class Numerals:
    """How the numbers of a column are written.

    plain: the text without currencies and spaces.  fits: whether each value is a number by each
    mark, null for gaps.
    """

    plain: "pyarrow.ChunkedArray"
    fits: "dict[str, pyarrow.ChunkedArray]"
    affixed: bool

    def share(self, mark: str) -> float:
        """Return the share of values, without gaps, that are numbers with this decimal mark."""
        from pyarrow import compute

        count = len(self.plain) - self.plain.null_count
        fitting = compute.sum(self.fits[mark]).as_py() or 0
        return float(fitting / max(1, count))

    @property
    def ambiguous(self) -> str:
        """The mark in a value that is another number by the other mark, as in 1.234; or empty."""
        from pyarrow import compute

        both = compute.and_(self.fits[POINT], self.fits[COMMA])
        marked = compute.match_substring_regex(self.plain, r"\d[.,]\d")
        found = self.plain.filter(compute.and_(both, marked))
        return "" if not len(found) else POINT if POINT in found[0].as_py() else COMMA

    def no_number(self, mark: str) -> str:
        """Return the first value that is no number, else the first."""
        from pyarrow import compute

        there = self.plain.drop_null()
        wrong = self.plain.filter(compute.invert(self.fits[mark]))
        return str((wrong if len(wrong) else there)[0].as_py())

    def numbers(self, mark: str) -> "pyarrow.ChunkedArray":
        """Return float64, with null where a value is no number."""
        import pyarrow
        from pyarrow import compute

        thousands = COMMA if mark == POINT else POINT
        text = compute.if_else(self.fits[mark], self.plain, None)
        text = compute.replace_substring(text, thousands, "")
        text = compute.replace_substring_regex(text, r"^\+", "")
        text = compute.replace_substring(text, COMMA, POINT)
        return compute.cast(text, pyarrow.float64())


def numerals(column: "pyarrow.ChunkedArray") -> Numerals:
    """Return how the numbers of a column of text are written.

    >>> import pyarrow
    >>> found = numerals(pyarrow.chunked_array([["1.234,5", "€ -7", None, "x"]]))
    >>> found.numbers(COMMA).to_pylist(), found.share(COMMA) > found.share(POINT)
    ([1234.5, -7.0, None, None], True)
    """
    from pyarrow import compute

    plain = compute.replace_substring(column, "−", "-")
    bare = compute.replace_substring_regex(plain, AFFIX, r"\1")
    affixed = bool(compute.any(compute.not_equal(bare, plain)).as_py())
    for _ in range(2):  # matches do not overlap: 1 234 567
        bare = compute.replace_substring_regex(bare, SPACES, r"\1\2")
    fits = {mark: compute.match_substring_regex(bare, pattern) for mark, pattern in FORMS.items()}
    return Numerals(bare, fits, affixed)


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
