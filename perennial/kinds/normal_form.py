"""Unicode's normal forms, in a time that grows with the text and not with its square."""

import re
import unicodedata
from typing import Literal

# Marks on one letter; no language has more than a dozen.
MOST_MARKS = 30
JOINER = "\u034f"  # invisible, and no mark is sorted past it
# Marks are no part of \w, but for two letters that become some, and no ASCII is one.
_RUN = re.compile(rf"(?:[^\w\s!-~]|[\uff9e\uff9f]){{{MOST_MARKS + 1},}}")


def normal_form(text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]) -> str:
    """Return a text in a normal form; marks on one letter are sorted in groups of 30.

    To sort 10,000 marks on one letter takes a tenth of a second, which one request could ask for
    many times.
    Source: Unicode Standard Annex 15, normalisation forms and Stream-Safe Text Format.

    >>> normal_form("ﬁn e\u0301", "NFKC")
    'fin é'
    """
    if text.isascii():
        return text
    return unicodedata.normalize(form, _RUN.sub(_grouped, text))


def _grouped(run: re.Match[str]) -> str:
    found, marks = list[str](), 0
    for character in run[0]:
        # Three Tibetan vowels are of no class themselves, and are written as two marks.
        first = unicodedata.normalize("NFKD", character)[0]
        marks = marks + 1 if unicodedata.combining(first) else 0
        if marks > MOST_MARKS:
            found.append(JOINER)
            marks = 1
        found.append(character)
    return "".join(found)
