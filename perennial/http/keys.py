"""API keys: whose request it is and what it may do. Only the digests of keys are ever stored."""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

PREDICT = "predict"
FEEDBACK = "feedback"
TRUSTED_FEEDBACK = "trusted-feedback"
METRICS = "metrics"
ADMIN = "admin"
BEARER = b"Bearer "
ROLES = (PREDICT, FEEDBACK, TRUSTED_FEEDBACK, METRICS, ADMIN)
# What a role allows besides itself.
_INCLUDED = {TRUSTED_FEEDBACK: (FEEDBACK,), ADMIN: (PREDICT, FEEDBACK, METRICS)}

Compare = Callable[[bytes, bytes], bool]


@dataclass(frozen=True)
class Key:
    """Who sent a request: the name of a key and its roles. Labels have the name as their source."""

    name: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Entry:
    """One digest of a key, with the time it ends, if any. A key that is rotated has several."""

    key: Key
    sha256: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """An entry as requests are compared with it.

    allowed: the key's roles and those that these include.  until: Unix seconds.
    """

    key: Key
    digest: bytes
    allowed: frozenset[str]
    until: float | None


_NOBODY = Holder(Key("", frozenset()), bytes(hashlib.sha256().digest_size), frozenset(), 0.0)


class Keys:
    """Finds the holder of a secret by its digest.

    A key has 256 random bits, so one round of SHA-256 is enough: there is nothing to guess, and a
    slow hash would cost every request.
    compare: compares two digests in a time that does not depend on where they differ.
    clock: Unix seconds.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        compare: Compare = hmac.compare_digest,
        clock: Callable[[], float] = time.time,
    ) -> None:
        holders = map(_holder, entries)
        self._holders = {holder.digest: holder for holder in holders}
        self._compare = compare
        self._clock = clock
        # Authorization headers whose key was found and has no end: at most one for each key.
        self._shown: dict[bytes, Holder] = {}
        self.shown = self._shown.get

    def bearer(self, header: bytes) -> Holder | None:
        """Return who `Bearer SECRET` belongs to, as `find` does; from then on `shown` knows it.

        To know it again is one look into a dictionary, three times as fast as a digest. It compares
        bytes only where 64-bit hashes are equal, so its time tells nothing about a key.
        """
        holder = self.find(header[len(BEARER) :])
        if holder is not None and holder.until is None:
            self._shown[header] = holder
        return holder

    def find(self, secret: bytes) -> Holder | None:
        """Return who a secret belongs to; None if it is unknown, revoked or expired."""
        found = hashlib.sha256(secret).digest()
        holder = self._holders.get(found, _NOBODY)
        if not self._compare(holder.digest, found):
            return None
        if holder.until is not None and holder.until <= self._clock():
            return None
        return holder

    def expired(self, secret: bytes) -> bool:
        """Return whether a secret is a key that has ended: only who has the key can learn it."""
        found = hashlib.sha256(secret).digest()
        held = self._compare(self._holders.get(found, _NOBODY).digest, found)
        return held and self.find(secret) is None

    @property
    def names(self) -> frozenset[str]:
        """The names of all keys."""
        return frozenset(holder.key.name for holder in self._holders.values())


def digest(secret: str) -> str:
    """Return what is stored of a key, in hexadecimal.

    >>> digest("perennial_example")[:16]
    '03445a2cdb4160cd'
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def _holder(entry: Entry) -> Holder:
    included = {role for one in entry.key.roles for role in _INCLUDED.get(one, ())}
    until = None if entry.until is None else entry.until.timestamp()
    return Holder(entry.key, bytes.fromhex(entry.sha256), entry.key.roles | included, until)
