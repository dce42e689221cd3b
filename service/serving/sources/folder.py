"""A folder on this machine whose link `production` leads to the bundle that should serve."""

import os
from pathlib import Path

from perennial import bundle
from service.serving.sources.source import Offer

LINK = "production"


class Folder:
    """Follows the link; a deploy changes it in one step."""

    def __init__(self, folder: Path) -> None:
        self._link = folder / LINK

    @classmethod
    def at(cls, address: str) -> "Folder":
        """Return the source at a path, which may be written as file:///path."""
        return cls(Path(address.removeprefix("file://")))

    @property
    def where(self) -> str:
        """The link."""
        return str(self._link)

    def look(self) -> Offer | None:
        """Return what the link leads to, told apart by the inode and time of its manifest."""
        if not os.path.lexists(self._link):
            return None
        path = os.path.realpath(self._link)
        try:
            manifest = os.stat(os.path.join(path, bundle.MANIFEST))
        except OSError:  # the offer stands, and loading it says what is wrong
            return Offer(path, "")
        return Offer(path, f"{manifest.st_ino}-{manifest.st_mtime_ns}")

    def fetch(self, offer: Offer) -> Path:
        """Return the folder, which is here already."""
        return Path(offer.name)
