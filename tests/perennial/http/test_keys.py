"""How a key is compared."""

import hashlib
import hmac
from inspect import signature

from perennial.http.keys import Entry, Key, Keys, digest

SHOP = Key("shop", frozenset({"predict"}))


def test_digests_are_compared_and_in_constant_time() -> None:
    """A right and a wrong key cost the same comparison, of two digests; no key is compared."""
    compared: list[tuple[bytes, bytes]] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    keys = Keys([Entry(SHOP, digest("right"))], compare=compare)
    assert keys.find(b"right") is not None and keys.find(b"wrong") is None
    right, wrong = (hashlib.sha256(secret).digest() for secret in (b"right", b"wrong"))
    assert compared == [(right, right), (bytes(32), wrong)]


def test_the_comparison_is_pythons_own_where_none_is_given() -> None:
    """Its time does not depend on where two digests differ."""
    assert signature(Keys).parameters["compare"].default is hmac.compare_digest


def test_no_secret_is_kept() -> None:
    """What the process holds of a key does not let anybody in."""
    keys = Keys([Entry(SHOP, digest("right"))])
    assert b"right" not in repr(vars(keys)).encode()
    assert keys.find(digest("right").encode()) is None
    assert keys.find(bytes.fromhex(digest("right"))) is None
