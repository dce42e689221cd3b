"""Decide whether a request may reach its route: one check around the whole application."""

from collections.abc import Mapping

from starlette.types import Scope

from perennial.errors import Described
from perennial.http.door import Door
from perennial.http.errors import Forbidden, TooMany, Unauthorised
from perennial.http.keys import Key
from perennial.http.rate import RateLimit
from service.errors import NoSuchRoute
from service.http.keyring import Keyring
from service.http.roles import OPEN, ROLES, template

# The ASGI scope's entry for the key of a request; None where the service runs without keys.
KEY = "perennial.key"


class Admission:
    """Checks host, origin, media type, key, rate and role, in this order; probes need nothing.

    keys: None where only this machine can reach the service; then every request has every role.
    limit: of requests a second for each key; None for no limit.
    """

    def __init__(self, door: Door, *, keys: Keyring | None, limit: RateLimit | None = None) -> None:
        self._door = door
        self._keyring = keys
        self._limit = limit

    def admit(self, scope: Scope, path: str) -> None:
        """Put the key of a request into its scope, or raise what it is refused with.

        path: as the routes know it.
        """
        scope[KEY] = None
        if path in OPEN:
            return
        headers = dict(scope["headers"])
        self._door.check(scope["method"], headers)
        if self._keyring is not None:
            scope[KEY] = self._key(self._keyring, headers, path)

    def _key(self, keyring: Keyring, headers: Mapping[bytes, bytes], path: str) -> Key:
        role = ROLES.get(path) or ROLES.get(template(path) or "")
        given = headers.get(b"authorization", b"")
        # What nearly every client sends, without a call.
        usual = given.startswith(b"Bearer ") and b"x-api-key" not in headers
        secret = given[7:] if usual else _secret(headers)
        holder = None if secret is None else keyring.keys.find(secret)
        if holder is None:
            found = Described("no key" if secret is None else "an unknown key")
            raise Unauthorised("Authorization", found, _expected(role))
        if self._limit is not None and (wait := self._limit.wait(holder.key.name)):
            raise TooMany(wait)
        if role is None:
            raise NoSuchRoute("path", path, "a route of /docs", status=404)
        if role not in holder.allowed:
            raise Forbidden("Authorization", Described("a key without this role"), _expected(role))
        return holder.key


def _secret(headers: Mapping[bytes, bytes]) -> bytes | None:
    """Return the key of a request; a proxy may use the other header for credentials of its own."""
    key = headers.get(b"x-api-key")
    if key is not None:
        return key
    given = headers.get(b"authorization")
    return given[7:] if given is not None and given[:7].lower() == b"bearer " else None


def _expected(role: str | None) -> str:
    return "an API key" if role is None else f"an API key with the role {role!r}"
