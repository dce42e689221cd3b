"""What is done to a text before its words are counted: named steps, in training and in the service.

The manifest names the steps, so the service does what training did.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from perennial.kinds.normal_form import normal_form

Step = Literal["nfkc", "lower", "words", "symbols"]
SPACE = ord(" ")
# What words are made of: letters, the marks that stand on them, and numbers. Python's \w has no
# marks, and would take the vowels out of Hindi, Tamil and Thai.
KEPT = "LMN"
# Characters that are looked up once; those beyond are rare, and a client could send all of them.
REMEMBERED = 0x10000


class _Table(dict[int, int | str | None]):
    """Each character of words as it is, none for what is not seen, and another for every other."""

    def __init__(self, other: Callable[[str], int | str]) -> None:
        super().__init__()
        self._other = other

    def __missing__(self, code: int) -> int | str | None:
        found = self._of(chr(code))
        if code < REMEMBERED:
            self[code] = found
        return found

    def _of(self, character: str) -> int | str | None:
        category = unicodedata.category(character)
        # Joiners and hyphens within words, and which picture an emoji is.
        if category == "Cf" or unicodedata.name(character, "").startswith("VARIATION SELECTOR"):
            return None
        return ord(character) if category[0] in KEPT else self._other(character)


_WORDS = _Table(lambda character: SPACE)
# Control characters, among them line feeds, are no symbols.
_SYMBOLS = _Table(
    lambda character: SPACE if unicodedata.category(character) == "Cc" else f" {character} "
)


def _nfkc(text: str) -> str:
    """Return one form of what looks alike: ligatures, full-width letters, combined accents.

    Source: Unicode Standard Annex 15, normalisation form KC.
    """
    return normal_form(text, "NFKC")


def _words(text: str) -> str:
    """Return the runs of letters, their marks and numbers, with a space between two."""
    return " ".join(text.translate(_WORDS).split())


def _symbols(text: str) -> str:
    """Return the same runs, and each symbol between them by itself: commas, dollars, emoji."""
    return " ".join(text.translate(_SYMBOLS).split())


STEPS: Mapping[Step, Callable[[str], str]] = {
    "nfkc": _nfkc,
    "lower": str.lower,
    "words": _words,
    "symbols": _symbols,
}


def cleaned(text: str, steps: Iterable[Step]) -> str:
    """Return a text after all steps, in their order.

    >>> cleaned("Oil at $50, ﬁnally — naïve Zürich 🙂", ("nfkc", "lower", "words"))
    'oil at 50 finally naïve zürich'
    >>> cleaned("Oil at $50, ﬁnally", ("nfkc", "lower", "symbols"))
    'oil at $ 50 , finally'
    """
    for step in steps:
        text = STEPS[step](text)
    return text
