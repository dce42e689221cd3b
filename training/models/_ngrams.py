"""TF-IDF of n-grams, as scikit-learn's vectorizer computes it, and the same in ONNX."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from training.models._naive_bayes import Doubles
from training.models._onnx import ROWS, Graph

# What ONNX Runtime splits a text into: it takes a space for the end of a word, and nothing else.
WORD = "[^ ]+"
# Added to each text as a last word, so that none is without any; no vocabulary has it.
END = " \x1f"
TINY = 1e-12
SHORTEST = 3  # characters of an n-gram; the space on either side of a word is one
Item = str | int
Split = Callable[[str], Sequence[Item]]


def words(ngram: str) -> list[str]:
    """Return the words of an n-gram."""
    return ngram.split(" ")


def numbers(ngram: str) -> list[int]:
    """Return the numbers of an n-gram of pieces."""
    return [int(number) for number in ngram.split(" ")]


def of_words(longest: int, *, least_texts: int, most: int) -> Any:
    """Return the vectorizer of n-grams of what stands between spaces.

    longest: words of an n-gram.  least_texts: that have it, at least.  most: n-grams, at most.
    """
    return _vectorizer(least_texts, most, token_pattern=WORD, ngram_range=(1, longest))


def of_characters(longest: int, *, least_texts: int, most: int) -> Any:
    """Return the vectorizer of n-grams of characters within words."""
    return _vectorizer(least_texts, most, analyzer=partial(spelt, longest=longest))


def _vectorizer(least_texts: int, most: int, **options: Any) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        lowercase=False, sublinear_tf=True, min_df=least_texts, max_features=most, **options
    )


def spelt(text: str, *, longest: int) -> Iterator[str]:
    """Yield the n-grams of characters of each word, with the spaces around it.

    >>> list(spelt("oil up", longest=4))
    [' oi', 'oil', 'il ', ' oil', 'oil ', ' up', 'up ', ' up ']
    """
    for word in filter(None, text.split(" ")):
        padded = f" {word} "
        for size in range(SHORTEST, longest + 1):
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]


def add_words(graph: Graph) -> str:
    """Add what splits texts into words; return its result's name."""
    ended = graph.add("StringConcat", [ROWS, graph.constant("end", np.array([END]))], "ended")
    return graph.add("StringSplit", [ended], "words", beside="numbers_of_words")


def add_characters(graph: Graph) -> str:
    """Add what splits texts into characters, with a space around each text."""
    space = graph.constant("space", np.array([" "]))
    begun = graph.add("StringConcat", [space, ROWS], "begun")
    around = graph.add("StringConcat", [begun, space], "around")
    return graph.add(
        "Tokenizer",
        [around],
        "characters",
        domain="com.microsoft",
        mark=0,
        mincharnum=1,
        pad_value="\x1f",
        separators=[""],
    )


def add_margins(
    graph: Graph, items: str, vectorizer: Any, weights: Doubles, split: Split, name: str
) -> str:
    """Add the product of the TF-IDF of items and weights; return its result's name.

    It is 0 for a text without a known n-gram.
    items: the name of what n-grams are made of, shape (rows, items).
    weights: shape (n-grams, labels).  split: returns the items of an n-gram.
    """
    ngrams = sorted(vectorizer.vocabulary_, key=lambda ngram: (len(split(ngram)), split(ngram)))
    places = [vectorizer.vocabulary_[ngram] for ngram in ngrams]
    counts = graph.add(
        "TfIdfVectorizer", [items], f"{name}_counts", mode="TF", **_pool(list(map(split, ngrams)))
    )
    one = graph.constant(f"{name}_one", np.array(1, np.float32))
    known = graph.add("Min", [counts, one], f"{name}_known")
    least = graph.add("Max", [counts, one], f"{name}_least")
    often = graph.add("Add", [known, graph.add("Log", [least], f"{name}_log")], f"{name}_often")
    idf = graph.constant(f"{name}_idf", vectorizer.idf_[places].astype(np.float32))
    weighted = graph.add("Mul", [often, idf], f"{name}_weighted")
    axes = graph.constant(f"{name}_axes", np.array([1], np.int64))
    length = graph.add("ReduceL2", [weighted, axes], f"{name}_length", keepdims=1)
    tiny = graph.constant(f"{name}_tiny", np.array(TINY, np.float32))
    length = graph.add("Max", [length, tiny], f"{name}_positive")
    table = graph.constant(f"{name}_weights", weights[places].astype(np.float32))
    sums = graph.add("MatMul", [weighted, table], f"{name}_sums")
    return graph.add("Div", [sums, length], f"{name}_margins")


def _pool(ngrams: Sequence[Sequence[Item]]) -> dict[str, Any]:
    """Return the attributes that hold n-grams, of which those of fewer items come first."""
    shortest, longest = len(ngrams[0]), len(ngrams[-1])
    items = [item for ngram in ngrams for item in ngram]
    kind = "pool_strings" if isinstance(items[0], str) else "pool_int64s"
    return {
        "min_gram_length": shortest,
        "max_gram_length": longest,
        "max_skip_count": 0,
        "ngram_counts": _starts(ngrams, longest),
        "ngram_indexes": list(range(len(ngrams))),
        kind: items,
    }


def _starts(ngrams: Sequence[Sequence[Item]], longest: int) -> list[int]:
    """Return where the items of the n-grams of each length begin in the list of all items.

    >>> _starts([("oil",), ("up",), ("oil", "up")], 2)
    [0, 2]
    """
    items = [0] * (longest + 1)
    for ngram in ngrams:
        items[len(ngram)] += len(ngram)
    return [sum(items[: length + 1]) for length in range(longest)]
