"""Sources of bundles: one file each, registered in SOURCES by the scheme of its addresses."""

from collections.abc import Callable

from service.serving.sources.folder import Folder
from service.serving.sources.source import Source

SOURCES: dict[str, Callable[[str], Source]] = {"file": Folder.at}
