"""A local folder whose link `production` points to the bundle to serve."""

import os
from pathlib import Path

from perennial import bundle
from service.serving.sources.source import Offer

LINK = "production"


class Folder:
    """Follows the link; a deployment changes it in one step."""

    def __init__(self, folder: Path) -> None:
        self._link = folder / LINK

    @classmethod
    def at(cls, address: str) -> "Folder":
        """Return the source at a path, also given as file:///path."""
        return cls(Path(address.removeprefix("file://")))

    @property
    def where(self) -> str:
        """The link."""
        return str(self._link)

    def look(self) -> Offer | None:
        """Return the link's target, identified by the inode and time of its manifest."""
        if not os.path.lexists(self._link):
            return None
        path = os.path.realpath(self._link)
        try:
            manifest = os.stat(os.path.join(path, bundle.MANIFEST))
        except OSError:  # still an offer: loading it reports what is wrong
            return Offer(path, "")
        return Offer(path, f"{manifest.st_ino}-{manifest.st_mtime_ns}")

    def fetch(self, offer: Offer) -> Path:
        """Return the folder, which is already local."""
        return Path(offer.name)
