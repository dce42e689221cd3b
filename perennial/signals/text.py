"""Signals of texts: length, words, unknown words, character classes, topics."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from perennial.signals.arrays import Arrays, Expected
from perennial.signals.components import principal_axes, some

Floats = NDArray[np.float64]
Rows = NDArray[Any]

BUCKETS = 2**12  # buckets that words are hashed into
COMPONENTS = 8
WORDS = 50_000  # maximum words of the vocabulary
# Bytes over 127 are usually parts of letters outside ASCII.
WORD = re.compile(rb"[a-z0-9\x80-\xff]+")
CLASSES = ("plain", "upper", "digit", "space", "punctuation", "foreign")
ASCII = 128


def _class(code: int) -> int:
    character = chr(code)
    kinds = (character.isupper(), character.isdigit(), character.isspace(), code == ASCII)
    for kind, found in zip(("upper", "digit", "space", "foreign"), kinds, strict=True):
        if found:
            return CLASSES.index(kind)
    return CLASSES.index("plain" if character.isalpha() else "punctuation")


# The class of each ASCII character, and of all others together.
CLASS_OF = np.array([_class(code) for code in range(ASCII + 1)])


@dataclass(frozen=True)
class Texts:
    """A batch of texts, with values that several signals use."""

    texts: list[str]

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Characters of each text."""
        return np.fromiter(map(len, self.texts), np.int64, len(self.texts))

    @cached_property
    def words(self) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
        """The index of each word's text, and the word's hash, both of shape (words,)."""
        found = [WORD.findall(text.lower().encode("utf-8", "surrogatepass")) for text in self.texts]
        counts = [len(words) for words in found]
        hashes = map(crc32, chain.from_iterable(found))
        owners = np.repeat(np.arange(len(counts)), counts)
        return owners, np.fromiter(hashes, np.uint32, sum(counts))

    @cached_property
    def characters(self) -> NDArray[np.int64]:
        """Number of characters of each class, shape (texts, classes)."""
        joined = "".join(self.texts).encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(joined, np.uint32)
        owners = np.repeat(np.arange(len(self.texts)), self.lengths)
        places = owners * len(CLASSES) + CLASS_OF[np.minimum(codes, ASCII)]
        counts = np.bincount(places, minlength=len(self.texts) * len(CLASSES))
        return counts.reshape(len(self.texts), len(CLASSES))

    def per_text(self, owners: NDArray[np.int64], values: Floats | None = None) -> Floats:
        """Return the sum of values, or their number, of each text."""
        return np.bincount(owners, values, minlength=len(self.texts)).astype(np.float64)


Columns = Mapping[str, Floats]


def _length(texts: Texts, arrays: Arrays) -> Columns:
    return {"length": texts.lengths.astype(np.float64)}


def _tokens(texts: Texts, arrays: Arrays) -> Columns:
    return {"tokens": texts.per_text(texts.words[0])}


def _unknown(texts: Texts, arrays: Arrays) -> Columns:
    owners, hashes = texts.words
    vocabulary = arrays["vocabulary"]
    places = np.searchsorted(vocabulary, hashes)
    known = np.append(vocabulary, np.uint32(0))[places] == hashes
    known &= places < len(vocabulary)
    every = texts.per_text(owners)
    return {"unknown_share": (every - texts.per_text(owners[known])) / np.maximum(every, 1)}


def _characters(texts: Texts, arrays: Arrays) -> Columns:
    shares = texts.characters / np.maximum(texts.lengths, 1)[:, None]
    return {f"{name}_share": shares[:, i] for i, name in enumerate(CLASSES) if name != "plain"}


def _components(texts: Texts, arrays: Arrays) -> Columns:
    owners, buckets, values = _bags(texts, arrays["weights"])
    places = -np.repeat(arrays["mean"][None] @ arrays["axes"], len(texts.texts), axis=0)
    parts = arrays["axes"][buckets] * values[:, None]
    for i in range(COMPONENTS):
        places[:, i] += texts.per_text(owners, parts[:, i])
    return {f"component_{i + 1}": places[:, i] for i in range(COMPONENTS)}


# To add a signal, add a function and a line here.
FUNCTIONS: tuple[Callable[[Texts, Arrays], Columns], ...] = (
    _length,
    _tokens,
    _unknown,
    _characters,
    _components,
)


class TextSignals:
    """All of the above, with a fitted vocabulary and fitted principal components."""

    def __init__(self, arrays: Arrays) -> None:
        self.categories: dict[str, tuple[str, ...]] = {}
        self._arrays = arrays
        if (np.diff(arrays["vocabulary"].astype(np.int64)) <= 0).any():
            raise ValueError("array 'vocabulary' is not sorted, expected increasing hashes")

    @staticmethod
    def expected() -> dict[str, Expected]:
        """Return the types and shapes of the fitted arrays."""
        return {
            "vocabulary": Expected("uint32", (None,)),
            "weights": Expected("float64", (BUCKETS,)),
            "mean": Expected("float64", (BUCKETS,)),
            "axes": Expected("float64", (BUCKETS, COMPONENTS)),
        }

    @staticmethod
    def fit(rows: Rows) -> Arrays:
        """Return the vocabulary, the weights of words, the mean text and the components of rows."""
        texts = _texts(rows)
        weights = _weights(texts)
        few = _texts(some(rows))
        owners, buckets, values = _bags(few, weights)
        bags = np.zeros((len(few.texts), BUCKETS))
        bags[owners, buckets] = values
        axes = principal_axes(bags, count=COMPONENTS)
        mean = bags.mean(axis=0)
        return {"vocabulary": _vocabulary(texts), "weights": weights, "mean": mean, "axes": axes}

    def extract(self, rows: Rows) -> dict[str, Floats]:
        """Return every signal of a batch."""
        texts = _texts(rows)
        return {
            name: column for of in FUNCTIONS for name, column in of(texts, self._arrays).items()
        }


def _texts(rows: NDArray[Any]) -> Texts:
    return Texts([str(text) for text in rows.tolist()])


def _vocabulary(texts: Texts) -> NDArray[np.uint32]:
    """Return the hashes of the most frequent words that occur in at least two texts."""
    owners, hashes = texts.words
    pairs = np.unique(np.stack([hashes, owners]), axis=1)
    words, counts = np.unique(pairs[0], return_counts=True)
    often = np.argsort(-counts, kind="stable")[:WORDS]
    return np.sort(words[often][counts[often] > 1]).astype(np.uint32)


def _weights(texts: Texts) -> Floats:
    """Return the weight of each bucket, higher for rarer words.

    Source: inverse document frequency; Manning et al., Information Retrieval, 2008, 6.2.1.
    """
    owners, hashes = texts.words
    pairs = np.unique(owners * BUCKETS + hashes % BUCKETS)
    seen = np.bincount(pairs % BUCKETS, minlength=BUCKETS)
    return np.log((1 + len(texts.texts)) / (1 + seen)) + 1


def _bags(texts: Texts, weights: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return text, bucket and weighted count of each word; each text's counts have norm 1.

    Source: the hashing trick, Weinberger et al., ICML 2009.
    """
    owners, hashes = texts.words
    pairs, counts = np.unique(owners * BUCKETS + hashes % BUCKETS, return_counts=True)
    owners, buckets = pairs // BUCKETS, pairs % BUCKETS
    values = counts * weights[buckets]
    lengths = np.sqrt(texts.per_text(owners, values**2))
    return owners, buckets, values / lengths[owners]
