"""TF-IDF of words and word pairs in ONNX, as scikit-learn's vectorizer computes it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from training.models._onnx import ROWS, Graph

# Added to each text as a last word, so that none is without any; no vocabulary has it.
END = " \x1f"
TINY = 1e-12


def add_tfidf(graph: Graph, vectorizer: Any) -> tuple[str, str, list[int]]:
    """Add the weighted counts of a text's n-grams, and their length; return the names of both.

    Dividing the counts, or sums of them, by the length makes them scikit-learn's: 0 for a text
    without a known n-gram.  Last is the place in the vocabulary of each n-gram that is counted.
    """
    ngrams, longest = _pool(vectorizer)
    places = [vectorizer.vocabulary_[" ".join(ngram)] for ngram in ngrams]
    ended = graph.add("StringConcat", [ROWS, graph.constant("end", np.array([END]))], "ended")
    words = graph.add("StringSplit", [ended], "words", beside="numbers_of_words")
    counts = graph.add(
        "TfIdfVectorizer",
        [words],
        "counts",
        mode="TFIDF",
        min_gram_length=1,
        max_gram_length=longest,
        max_skip_count=0,
        ngram_counts=_starts(ngrams, longest),
        ngram_indexes=list(range(len(ngrams))),
        pool_strings=[word for ngram in ngrams for word in ngram],
        weights=vectorizer.idf_[places].tolist(),
    )
    axes = graph.constant("axis_of_ngrams", np.array([1], np.int64))
    length = graph.add("ReduceL2", [counts, axes], "length", keepdims=1)
    least = graph.constant("least_length", np.array(TINY, np.float32))
    return counts, graph.add("Max", [length, least], "positive_length"), places


def _pool(vectorizer: Any) -> tuple[list[tuple[str, ...]], int]:
    """Return the n-grams, those of one word first, and how many words the longest has."""
    ngrams = [tuple(ngram.split(" ")) for ngram in vectorizer.vocabulary_]
    ngrams.sort(key=lambda ngram: (len(ngram), ngram))
    return ngrams, len(ngrams[-1])


def _starts(ngrams: Sequence[tuple[str, ...]], longest: int) -> list[int]:
    """Return where the words of the n-grams of each length begin in the list of all words.

    >>> _starts([("oil",), ("up",), ("oil", "up")], 2)
    [0, 2]
    """
    words = [0] * (longest + 1)
    for ngram in ngrams:
        words[len(ngram)] += len(ngram)
    return [sum(words[: length + 1]) for length in range(longest)]
