"""Sensitive columns of a table: who or what a row is about, never stored as it was sent."""

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal

import numpy as np

from perennial.errors import Described, InvalidInput
from perennial.kinds.reading import text
from perennial.kinds.record import Name, Record

Sensitive = Literal["hash", "drop"]
# From here on a number may stand for its neighbours too.
EXACT = 2.0**53
# Gives what is stored in place of a column's value: (column, value) to a keyed hash.
Pseudonym = Callable[[str, str], str]


class SensitiveColumn(Record):
    """A text or a number that clients may send, and that neither the model nor training gets.

    A model that was trained on it would know more of its first rows than of all later ones.
    sensitive: `hash` stores a keyed hash, by which equal values are known; `drop` stores nothing.
    """

    name: Name
    kind: Literal["sensitive"] = "sensitive"
    sensitive: Sensitive

    @cached_property
    def expected(self) -> str:
        """What a client may send."""
        return f"a string, a number or null for column {self.name!r}"

    def read(self, value: Any) -> str | None:
        """Return a client's value as text: 7 and 7.0 are `7`.

        Raises InvalidInput, which does not repeat it. A number that lost digits is refused, since
        two people would be one: JSON's numbers of more than 19 digits are floats here.
        """
        if value is None:
            return None
        if type(value) is float and abs(value) >= EXACT:
            expected = f"{self.expected}; so large a number as a string, which keeps its digits"
            raise InvalidInput(self.name, Described("float"), expected)
        found = value
        if type(found) is float and found.is_integer():
            found = int(found)
        if type(found) is int or (type(found) is float and math.isfinite(found)):
            return str(found)
        try:
            return text(self.name, value, self.expected)
        except InvalidInput as error:
            hidden = Described(type(value).__name__)
            raise InvalidInput(self.name, hidden, error.expected) from None

    @property
    def coder(self) -> Callable[[Any], Any]:
        """Checks a client's value, of which the model gets nothing."""
        return self.read

    def example(self, random: np.random.Generator) -> str | int | None:
        """Return a name, now and then a number or none."""
        drawn = int(random.integers(100, 10_000))
        return (f"Zoë Müller {drawn}", drawn, None)[drawn % 3]
