"""Pseudonyms: what is stored in place of a value that says who somebody is."""

import hmac
import unicodedata
from hashlib import sha256

from perennial.texts import storable

LONGEST = 256
EXPECTED = f"text of 1 to {LONGEST} characters without NUL"


def is_subject(value: str) -> bool:
    r"""Return whether a text may name a subject, and can be encoded.

    >>> is_subject("customer 17"), is_subject(""), is_subject("\0"), is_subject("\ud800")
    (True, False, False, False)
    """
    return storable(value) and 0 < len(value) <= LONGEST


class Pseudonyms:
    r"""Gives equal values equal pseudonyms, which nobody can compute without the secret.

    A plain hash would not do: whoever has a list of customer numbers can hash them all. The forms
    in which Unicode may write the same characters are one value (NFC).
    secret: 32 characters or more; without the same one, nothing that was stored is found again.
    Source: RFC 2104 (HMAC); EDPB, Guidelines 01/2025 on Pseudonymisation; Unicode annex 15.

    >>> pseudonyms = Pseudonyms("a secret of 32 or more characters")
    >>> pseudonyms.of("customer 17")[:8]
    '721e0a55'
    >>> pseudonyms.of("Zoe\u0308") == pseudonyms.of("Zo\u00eb")
    True
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def of(self, value: str) -> str:
        """Return the pseudonym of a value, 64 hexadecimal digits."""
        plain = unicodedata.normalize("NFC", value)
        return hmac.new(self._secret, plain.encode(), sha256).hexdigest()

    def in_column(self, column: str, value: str) -> str:
        """Return the pseudonym of a value of a column; no other column, nor subject, has it.

        Else rows of two columns, or of a column and a subject, could be matched by their hashes.
        """
        return self.of(f"{column}\0{value}")
