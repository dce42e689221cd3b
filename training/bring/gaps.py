"""Which words of a file stand for a missing value."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from perennial.signals.bins import MISSING

if TYPE_CHECKING:
    import pyarrow

# In any column, unless the request names others.
GAPS: tuple[str, ...] = ("?", "NA", "N/A", "n/a", "#N/A", "#NV", "NaN", "nan", "NULL", "null")
GAPS += ("-", "--", "—", "<NA>", "NaT", "#DIV/0!")
# In any column: nothing, and the name of a signal's bin, which no category may have.
ALWAYS = ("", MISSING)
# Beside numbers, where they cannot be the name of something.
BESIDE_NUMBERS = ("None", "none", "NONE", "n.a.", "k.A.", ".")
# Beside numbers and times, where so few others are no values: they must be at most as many words.
OTHERS = 3
LEAST = 0.95  # share of the values that are not gaps


def without_gaps(
    column: "pyarrow.ChunkedArray", gaps: Sequence[str] = GAPS
) -> "tuple[pyarrow.ChunkedArray, Mapping[str, int]]":
    """Return a column of text without spaces around values, with null for gaps; the words too.

    >>> import pyarrow
    >>> column, words = without_gaps(pyarrow.chunked_array([["a ", "?", ""]]))
    >>> column.to_pylist(), sorted(words.items())
    (['a', None, None], [('', 1), ('?', 1)])
    """
    import pyarrow
    from pyarrow import compute

    column = compute.utf8_trim_whitespace(column)
    gap = compute.is_in(column, value_set=pyarrow.array([*ALWAYS, *gaps]))
    words = counts(column.filter(gap))
    return compute.if_else(gap, None, column), words


def counts(column: "pyarrow.ChunkedArray") -> dict[Any, int]:
    """Return how often each value is there, the most frequent first; nulls do not count."""
    found = column.drop_null().value_counts()
    pairs = zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True)
    return dict(sorted(pairs, key=lambda pair: (-pair[1], str(pair[0]))))
