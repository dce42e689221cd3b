"""The names by which clients may address a server, so that no web page can reach it by another.

A page of evil.example can have its own name lead to 127.0.0.1 (DNS rebinding); the browser then
sends the page's requests here and lets it read the answers, but with `Host: evil.example`.
"""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address

LOOPBACK = ("localhost", "127.0.0.1", "::1")
ANY = "*"


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a server that listens on an address.

    >>> is_loopback("127.0.0.2"), is_loopback("::1"), is_loopback("0.0.0.0"), is_loopback("")
    (True, True, False, False)
    >>> is_loopback("127.0.evil.example")
    False
    """
    try:
        return host in LOOPBACK or ip_address(host).is_loopback
    except ValueError:  # a name, which may lead anywhere
        return False


def host_name(header: str) -> str:
    """Return the name in a Host header, without port and brackets, in small letters.

    >>> host_name("Model.Example.com:8000"), host_name("[::1]:8000"), host_name("::1")
    ('model.example.com', '::1', '::1')
    """
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    name, colon, _ = header.partition(":")
    return (name if header.count(":") == 1 else header).lower() if colon else header.lower()


class Hosts:
    """The names that a server answers to; `*.example.com` stands for what is below, `*` for all."""

    def __init__(self, names: Iterable[str]) -> None:
        lowered = [name.lower() for name in names]
        self._any = ANY in lowered
        self._names = frozenset(lowered)
        self._ends = tuple(name[1:] for name in lowered if name.startswith("*."))
        # A client sends the same header again and again.
        self.allow = lru_cache(maxsize=256)(self._allow)

    @classmethod
    def of(cls, listening: str, more: Iterable[str] = ()) -> "Hosts":
        """Return loopback's names, the address that a server listens on, and more."""
        return cls((*LOOPBACK, listening, *more))

    def _allow(self, header: bytes) -> bool:
        name = host_name(header.decode("latin-1"))
        return self._any or name in self._names or (bool(self._ends) and name.endswith(self._ends))
