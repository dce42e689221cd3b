"""How a key is compared."""

import hashlib
import hmac
from datetime import UTC, datetime
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


def test_digests_let_nobody_in() -> None:
    """What was read from the file of keys is no key."""
    keys = Keys([Entry(SHOP, digest("right"))])
    assert b"right" not in repr(vars(keys)).encode()
    assert keys.find(digest("right").encode()) is None
    assert keys.find(bytes.fromhex(digest("right"))) is None


def test_a_key_is_known_again_only_as_it_was_shown() -> None:
    """No other header is, not even a longer or a shorter one."""
    keys = Keys([Entry(SHOP, digest("right"))])
    assert keys.shown(b"Bearer right") is None and keys.bearer(b"Bearer wrong") is None
    assert keys.bearer(b"Bearer right") is keys.shown(b"Bearer right") is not None
    for other in (b"Bearer wrong", b"Bearer righ", b"Bearer right ", b"right", b""):
        assert keys.shown(other) is None, other


def test_a_key_with_an_end_is_looked_up_each_time() -> None:
    """So that it ends on time."""
    now = [0.0]
    until = datetime.fromtimestamp(100.0, UTC)
    keys = Keys([Entry(SHOP, digest("old"), until)], clock=lambda: now[0])
    assert keys.bearer(b"Bearer old") is not None and keys.shown(b"Bearer old") is None
    now[0] = 100.0
    assert keys.bearer(b"Bearer old") is None
