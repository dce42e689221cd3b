"""What every request must pass before a route, so that no web page can send it for its reader."""

from collections.abc import Mapping
from typing import Any

from perennial.errors import Described
from perennial.http.errors import WrongHost, WrongMediaType, WrongOrigin
from perennial.http.hosts import Hosts

JSON = b"application/json"
# Of every response: it is what its type says, nobody keeps it, and no page shows it in a frame.
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)
NO_CONTENT = b"default-src 'none'; frame-ancestors 'none'"
PAGE_HEADERS = (*HEADERS, (b"content-security-policy", NO_CONTENT))


class Door:
    """Refuses requests for another host, from pages of another site, and bodies that are no JSON.

    A web page may send a POST to any address without asking, if its body's type is that of a form
    or plain text; for JSON, the browser asks first, and gets no permission here.
    hosts: names of this server; None allows every host and origin.
    json_only: whether a POST needs `Content-Type: application/json`.
    setting: the name of the setting that adds hosts, for who is refused.
    """

    def __init__(self, hosts: Hosts | None, *, json_only: bool = True, setting: str = "") -> None:
        self._hosts = hosts
        self._json_only = json_only
        self._expected = "a name of this server" + (f"; {setting} adds some" if setting else "")

    def check(self, method: str, headers: Mapping[bytes, bytes]) -> None:
        """Return if a request may pass. Raises WrongHost, WrongOrigin, WrongMediaType."""
        if self._hosts is not None:
            host = headers.get(b"host")
            if host is None or not self._hosts.allow(host):
                raise WrongHost("Host", _shown(host), self._expected)
            origin = headers.get(b"origin")
            if origin is not None and not self._hosts.allow(origin.rpartition(b"//")[2]):
                raise WrongOrigin("Origin", _shown(origin), "no page of another site")
        if method == "POST" and self._json_only:
            kind = headers.get(b"content-type")
            if kind != JSON and (kind is None or _media_type(kind) != JSON):
                raise WrongMediaType("Content-Type", _shown(kind), JSON.decode())


def _media_type(header: bytes) -> bytes:
    return header.partition(b";")[0].strip().lower()


def _shown(header: bytes | None) -> Any:
    return Described("nothing") if header is None else header.decode("latin-1")
