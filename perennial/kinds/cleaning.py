"""What is done to a text before its words are counted: named steps, in training and in the service.

The manifest names the steps, so the service does what training did.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

Step = Literal["nfkc", "lower", "words"]
WORD = re.compile(r"[^\W_]+")


def _nfkc(text: str) -> str:
    """Return one form of what looks alike: ligatures, full-width letters, combined accents.

    Source: Unicode Standard Annex 15, normalisation form KC.
    """
    return unicodedata.normalize("NFKC", text)


def _words(text: str) -> str:
    """Return the runs of letters and digits of any script, with a space between two."""
    return " ".join(WORD.findall(text))


STEPS: Mapping[Step, Callable[[str], str]] = {"nfkc": _nfkc, "lower": str.lower, "words": _words}


def cleaned(text: str, steps: Iterable[Step]) -> str:
    """Return a text after all steps, in their order.

    >>> cleaned("Oil at $50, ﬁnally — naïve Zürich 🙂", ("nfkc", "lower", "words"))
    'oil at 50 finally naïve zürich'
    """
    for step in steps:
        text = STEPS[step](text)
    return text
