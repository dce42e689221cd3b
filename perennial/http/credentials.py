"""The API key that a request shows, and what it is told where that is not enough."""

from collections.abc import Mapping

from perennial.errors import Described
from perennial.http.errors import Forbidden, Unauthorised
from perennial.http.keys import Keys

FIELD = "Authorization"


def secret(headers: Mapping[bytes, bytes]) -> bytes | None:
    """Return the key of a request; a proxy may use the other header for credentials of its own.

    >>> secret({b"authorization": b"Bearer perennial_x"}), secret({b"x-api-key": b"perennial_y"})
    (b'perennial_x', b'perennial_y')
    >>> secret({b"authorization": b"Basic eHh4"}) is None
    True
    """
    key = headers.get(b"x-api-key")
    if key is not None:
        return key
    given = headers.get(b"authorization")
    return given[7:] if given is not None and given[:7].lower() == b"bearer " else None


def unauthorised(headers: Mapping[bytes, bytes], keys: Keys, role: str | None) -> Unauthorised:
    """Return why a request has no valid key; role: what its route needs, None for no route."""
    expected, shown = _expected(role), secret(headers)
    if shown is not None:
        found = "an expired key" if keys.expired(shown) else "an unknown key"
    else:
        found = "no key" if b"authorization" not in headers else "credentials of another scheme"
        expected += ", as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'"
    return Unauthorised(FIELD, Described(found), expected)


def forbidden(role: str) -> Forbidden:
    """Return that a key lacks a role."""
    return Forbidden(FIELD, Described("a key without this role"), _expected(role))


def _expected(role: str | None) -> str:
    return "an API key" if role is None else f"an API key with the role {role!r}"
