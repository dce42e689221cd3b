"""What is done to a text before its words are counted: named steps, in training and in the service.

The manifest names the steps, so the service does what training did.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

Step = Literal["nfkc", "lower", "words"]
SPACE = ord(" ")
# What words are made of: letters, the marks that stand on them, and numbers. Python's \w has no
# marks, and would take the vowels out of Hindi, Tamil and Thai.
KEPT = "LMN"
# Characters that are looked up once; those beyond are rare, and a client could send all of them.
REMEMBERED = 0x10000


class _Words(dict[int, int | None]):
    """Each character of words as it is, none for what is not seen, and a space for every other."""

    def __missing__(self, code: int) -> int | None:
        found = _in_words(chr(code))
        if code < REMEMBERED:
            self[code] = found
        return found


def _in_words(character: str) -> int | None:
    category = unicodedata.category(character)
    # Joiners and hyphens within words, and which picture an emoji is.
    if category == "Cf" or unicodedata.name(character, "").startswith("VARIATION SELECTOR"):
        return None
    return ord(character) if category[0] in KEPT else SPACE


_WORDS = _Words()


def _nfkc(text: str) -> str:
    """Return one form of what looks alike: ligatures, full-width letters, combined accents.

    Source: Unicode Standard Annex 15, normalisation form KC.
    """
    return unicodedata.normalize("NFKC", text)


def _words(text: str) -> str:
    """Return the runs of letters, their marks and numbers, with a space between two."""
    return " ".join(text.translate(_WORDS).split())


STEPS: Mapping[Step, Callable[[str], str]] = {"nfkc": _nfkc, "lower": str.lower, "words": _words}


def cleaned(text: str, steps: Iterable[Step]) -> str:
    """Return a text after all steps, in their order.

    >>> cleaned("Oil at $50, ﬁnally — naïve Zürich 🙂", ("nfkc", "lower", "words"))
    'oil at 50 finally naïve zürich'
    """
    for step in steps:
        text = STEPS[step](text)
    return text
