"""Makes a WordPiece vocabulary of texts: their most frequent words, and single characters."""

from collections import Counter
from collections.abc import Sequence

from perennial.kinds.wordpiece import END, INSIDE, PADDING, START, UNKNOWN, WordPiece, words


def fit_tokenizer(texts: Sequence[str], *, most: int, longest: int) -> WordPiece:
    """Return the tokenizer of texts; a word that is not frequent is spelt.

    most: pieces, at most.  longest: pieces of a text, at most.

    >>> list(fit_tokenizer(["oil up", "oil"], most=9, longest=8).vocabulary)
    ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'i', 'l', 'o', 'p', 'u']
    """
    counted = Counter(word for text in texts for word in words(text))
    letters: Counter[str] = Counter()
    for word, count in counted.items():
        letters.update({letter: count for letter in word})
    pieces = [PADDING, UNKNOWN, START, END, *_frequent(letters)]
    pieces += [INSIDE + letter for letter in _frequent(letters)]
    pieces += [word for word in _frequent(counted) if len(word) > 1]
    return WordPiece({piece: place for place, piece in enumerate(pieces[:most])}, longest)


def _frequent(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda piece: (-counts[piece], piece))
