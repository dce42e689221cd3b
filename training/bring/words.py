"""Infers a column of words: categories, an id, free text, or nothing at all."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from perennial.kinds.columns import CategoryColumn
from perennial.plural import plural
from perennial.signals.bins import OTHER
from training.bring.found import Found, left_out, listed
from training.bring.gaps import counts

if TYPE_CHECKING:
    import pyarrow

# More categories than these are not told apart; the rarer ones count as others.
MOST = 100
LEAST_ROWS = 10  # of a category, where there are more than MOST
# Share of the rows with a value of their own from which a column says who a row is, not what.
OWN = 0.9
FEW = 50  # rows, of which each may well have another word
LONG = 40  # characters of free text, on average
COMMON = 0.5  # least share of rows with one of the categories
NEARLY = 0.995  # share of rows with the same value
BY_HEART = "an id, left out, since a model would learn the rows by heart"
FREE = "free text, left out; docs/bring-your-own.md says what to do with texts"


def infer_words(header: str, name: str, values: "pyarrow.ChunkedArray") -> Found:
    """Return what a column of text, with null for gaps, is taken for."""
    found = counts(values)
    rows = sum(found.values())
    if not found:
        return left_out(header, name, "it has no values")
    if len(found) == 1 and rows == len(values):
        return left_out(header, name, f"every row has {next(iter(found))!r}")
    number = f"{len(found):,} different values in {plural(rows, 'row')}"
    if rows >= FEW and len(found) > OWN * rows:
        if sum(len(word) * count for word, count in found.items()) > LONG * rows:
            return left_out(header, name, f"free text, {number}", FREE)
        return left_out(header, name, f"an id, {number}", BY_HEART)
    kept = _categories(found)
    covered = sum(found[word] for word in kept) / rows
    if covered < COMMON:
        few = f"left out: its {len(kept)} frequent words are in {covered:.0%} of the rows only"
        return left_out(header, name, number, f"{number}; {few}")
    column = CategoryColumn(name=name, categories=tuple(sorted(kept)))
    says = f"{plural(len(kept), 'category', 'categories')}: {listed(found)}"
    doubts = tuple(_doubts(found, len(values), len(kept), covered))
    return Found(header, name, says, column, values, doubts)


def _categories(found: Mapping[str, int]) -> list[str]:
    """Return the words that are categories; the name of the bin of others cannot be one."""
    words = [word for word in found if word != OTHER]
    if len(words) <= MOST:
        return words
    return [word for word in words if found[word] >= LEAST_ROWS][:MOST]


def _doubts(found: Mapping[str, int], rows: int, kept: int, covered: float) -> Iterator[str]:
    first, most = next(iter(found.items()))
    if most >= NEARLY * rows:
        yield f"nearly constant: {most / rows:.1%} of the rows have {first!r}"
    if OTHER in found:
        yield f"the word {OTHER!r} counts as any unknown word does"
    elif kept < len(found):
        yield (
            f"{len(found):,} different words; the {kept} most frequent, in {covered:.0%} of "
            "the rows, are its categories, and all others count as one"
        )
    yield from spelt_twice(found)


def spelt_twice(found: Mapping[str, int]) -> Iterator[str]:
    """Yield a doubt where words differ in what people do not see or mean.

    >>> list(spelt_twice({"Yes": 3, "yes": 2, "no": 9}))
    ["words that differ in capitals, spaces or Unicode's forms only: 'Yes' and 'yes'"]
    """
    alike: dict[str, list[str]] = {}
    for word in found:
        folded = unicodedata.normalize("NFKC", word).casefold()
        alike.setdefault(" ".join(folded.split()), []).append(word)
    if twice := [words for words in alike.values() if len(words) > 1]:
        same = listed((" and ".join(map(repr, words)) for words in twice), 3)
        yield f"words that differ in capitals, spaces or Unicode's forms only: {same}"
