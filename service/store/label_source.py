"""Who gave a label: the key that it came with, never what a client says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from perennial.http.keys import TRUSTED_FEEDBACK
from perennial.label_sources import ANONYMOUS


@dataclass(frozen=True, slots=True)
class LabelSource:
    """The name of a key, and whether its labels are trusted."""

    name: str
    trusted: bool

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> "LabelSource":
        """Return the source of a request's labels: its authenticated key.

        A service without keys, which listens on loopback only, knows no sources.

        >>> LabelSource.of({})
        LabelSource(name='anonymous', trusted=False)
        """
        key = scope.get("perennial.key")
        return NOBODY if key is None else cls(key.name, TRUSTED_FEEDBACK in key.roles)


NOBODY = LabelSource(ANONYMOUS, False)
