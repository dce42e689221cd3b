"""What a source of bundles is: it says which bundle should serve, and brings it to this machine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Offer:
    """The bundle that should serve; two equal offers are the same bundle, unchanged.

    name: its path or address, for the log.  etag: changes with the content behind the name.
    """

    name: str
    etag: str


class Source(Protocol):
    """A place that names one bundle at a time. Its methods may block; no event loop calls them."""

    @property
    def where(self) -> str:
        """The place that names the bundle, for people."""

    def look(self) -> Offer | None:
        """Return what should serve now, None where nothing is named; called every half second.

        Raises OSError where the source cannot be reached.
        """

    def fetch(self, offer: Offer) -> Path:
        """Return a local folder with the bundle, which stays there while it serves.

        Raises OSError.
        """
