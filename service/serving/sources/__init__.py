"""Where bundles come from: one file per source, registered in SOURCES by its addresses' scheme."""

from collections.abc import Callable

from service.serving.sources.folder import Folder
from service.serving.sources.source import Source

SOURCES: dict[str, Callable[[str], Source]] = {"file": Folder.at}
