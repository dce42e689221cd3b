"""Choose the source that handles an address."""

from perennial.errors import InvalidValue
from perennial.settings import InvalidSettings
from service.serving.sources import SOURCES
from service.serving.sources.source import Source
from service.settings import Settings

LOCAL = "file"


def open_source(address: str) -> Source:
    """Return the source at an address: `scheme://...`, or a path. Raises InvalidSettings."""
    scheme, separator, _ = address.partition("://")
    scheme = scheme if separator else LOCAL
    if scheme not in SOURCES:
        schemes = ", ".join(f"{name}://" for name in sorted(SOURCES))
        expected = f"a folder, or an address that begins with {schemes}"
        raise InvalidSettings(str(InvalidValue(Settings.variable("bundles"), address, expected)))
    return SOURCES[scheme](address)
