"""Decide whether a request may reach its route: one check around the whole application."""

from collections.abc import Mapping

from starlette.types import Scope

from perennial.errors import InvalidInput
from perennial.http.credentials import forbidden, secret, unauthorised
from perennial.http.door import Door
from perennial.http.errors import TooMany
from perennial.http.keyring import Keyring
from perennial.http.keys import BEARER
from perennial.http.rate import RateLimit
from service.errors import NoSuchRoute
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
        self._wait = None if limit is None else limit.wait

    def admit(self, scope: Scope, path: str, headers: Mapping[bytes, bytes]) -> None:
        """Put the key of a request into its scope, or raise what it is refused with.

        The entry says that a request has been admitted: a refused one has none.
        path: as the routes know it.
        """
        if path in OPEN:
            scope[KEY] = None
            return
        self._door.check(scope["method"], headers)
        if self._keyring is None:
            scope[KEY] = None
            return
        # All in one function, since it runs for every prediction: calls would double its time.
        keys = self._keyring.keys
        given = headers.get(b"authorization", b"")
        holder = None if b"x-api-key" in headers else keys.shown(given)
        if holder is None:
            if given[:7] != BEARER or b"x-api-key" in headers:
                given = BEARER + (secret(headers) or b"")
            holder = keys.bearer(given)
        if holder is None:
            raise unauthorised(headers, keys, _role(path))
        key = holder.key
        if self._wait is not None and (seconds := self._wait(key.name)):
            raise TooMany(seconds)
        role = ROLES.get(path) or _role(path)
        if role not in holder.allowed:
            raise _lacking(role, path)
        scope[KEY] = key


def _lacking(role: str | None, path: str) -> InvalidInput:
    if role is None:
        return NoSuchRoute("path", path, "a route of /docs", status=404)
    return forbidden(role)


def _role(path: str) -> str | None:
    return ROLES.get(template(path) or "")
