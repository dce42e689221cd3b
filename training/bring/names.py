"""Turns the names of a file's columns into names that a task's columns may have."""

import re
import unicodedata
from collections.abc import Sequence

from perennial.signals.signal import RESERVED

# What Unicode does not take apart into a letter and its mark.
LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe"})
LETTERS |= str.maketrans({"%": " percent ", "€": " eur ", "$": " usd ", "°": " deg "})


def name(header: str, place: int) -> str:
    """Return a name of small letters, digits and _; place: of the column, for one without letters.

    >>> name("Größe (m²)", 0), name("2. Straße", 1), name("", 2)
    ('groesse_m2', 'column_2_strasse', 'column_3')
    """
    letters = _plain(header).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
    if not found:
        return f"column_{place + 1}"
    return found if found[0].isalpha() else f"column_{found}"


def alike(header: str) -> str:
    """Return what is the same for headers that differ in capitals, accents or punctuation only.

    >>> alike("Größe (m²)") == alike("groesse_m2"), alike("温度") == alike("湿度")
    (True, False)
    """
    letters = "".join(letter for letter in _plain(header) if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "_", letters).strip("_") or header


def _plain(header: str) -> str:
    """Return small letters, each apart from its mark, however Unicode writes them in the header.

    >>> _plain("Gro\u0308ße") == _plain("Gr\u00f6ße")
    True
    """
    composed = unicodedata.normalize("NFC", header.lower())
    return unicodedata.normalize("NFKD", composed.translate(LETTERS))


def names(headers: Sequence[str]) -> list[str]:
    """Return a name of its own for each column.

    >>> names(["Preis", "preis", "Preis ", "prediction"])
    ['preis', 'preis_2', 'preis_3', 'prediction_2']
    """
    found: list[str] = []
    taken = set(RESERVED)
    for place, header in enumerate(headers):
        first = wanted = name(header, place)
        number = 1
        while wanted in taken:
            number += 1
            wanted = f"{first}_{number}"
        taken.add(wanted)
        found.append(wanted)
    return found
