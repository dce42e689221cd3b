"""By which names a server may be called."""

import pytest

from perennial.http.hosts import Hosts


@pytest.mark.parametrize(
    ("names", "header", "allowed"),
    [
        ((), "localhost", True),
        ((), "LocalHost:8000", True),
        ((), "127.0.0.1:8000", True),
        ((), "[::1]:8000", True),
        ((), "10.0.0.7:8000", True),
        ((), "evil.example", False),
        ((), "localhost.evil.example", False),
        ((), "evil.example:localhost", False),
        ((), "", False),
        (("model.example.com",), "model.example.com", True),
        (("model.example.com",), "other.example.com", False),
        (("*.example.com",), "model.example.com:443", True),
        (("*.example.com",), "example.com", False),
        (("*.example.com",), "evilexample.com", False),
        (("*",), "evil.example", True),
    ],
)
def test_a_host_is_one_of_loopback_the_address_and_the_allowed(
    names: tuple[str, ...], header: str, allowed: bool
) -> None:
    """The port does not matter; a name stands for itself alone unless it begins with a star."""
    assert Hosts.of("10.0.0.7", names).allow(header.encode()) is allowed
