"""The interface of a source: it names the bundle to serve and downloads it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Offer:
    """The bundle to serve; equal offers mean the same unchanged bundle.

    name: its path or address, for the log.  etag: changes with the content behind the name.
    """

    name: str
    etag: str


class Source(Protocol):
    """A place that names one bundle at a time. Its methods may block: call them from a thread."""

    @property
    def where(self) -> str:
        """The place that names the bundle, for messages."""

    def look(self) -> Offer | None:
        """Return the bundle to serve, None where there is none; called every half second.

        Raises OSError where the source cannot be reached.
        """

    def fetch(self, offer: Offer) -> Path:
        """Return a local folder with the bundle; it must stay there while the bundle serves.

        Raises OSError where the source cannot be reached; the watcher then fetches again.
        """
