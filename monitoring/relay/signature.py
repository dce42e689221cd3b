"""Who may send a webhook: a bearer token (Alertmanager) or a signature of the body (Grafana)."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitoring.relay.errors import Unauthorised
from perennial.errors import Described


@dataclass(frozen=True, kw_only=True)
class Senders:
    """What a sender must show.

    bearer: token of the Authorization header.  secret: key of the signature; None refuses that
    kind.  timestamp_header: named where the sender signs the time too; then `max_age` applies.
    max_age: seconds that a signed time may differ from this machine's, 300 is usual.
    """

    bearer: str | None
    secret: str | None
    signature_header: str = "X-Grafana-Alerting-Signature"
    timestamp_header: str | None = None
    max_age: float = 300.0

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        """Return if the sender is one of ours.

        headers: with lower-case names.
        Raises Unauthorised, naming the header at fault.
        """
        signature = headers.get(self.signature_header.lower())
        if signature is not None:
            self._verify_signature(signature, headers, body, now)
        else:
            self._verify_bearer(headers.get("authorization"))

    def _verify_bearer(self, header: str | None) -> None:
        if header is None:
            expected = f"a bearer token, or a signature in {self.signature_header}"
            raise Unauthorised("Authorization", Described("no header"), expected)
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer":
            raise Unauthorised("Authorization", kind, "Bearer and a token")
        if self.bearer is None or not _same(token.strip(), self.bearer):
            raise Unauthorised(
                "Authorization", Described("another token"), "the relay's bearer token"
            )

    def _verify_signature(
        self, signature: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> None:
        signed = body
        if self.timestamp_header is not None:
            stamp = headers.get(self.timestamp_header.lower())
            self._verify_age(stamp, now)
            signed = f"{stamp}:".encode() + body
        if self.secret is None or not _same(signature.lower(), sign(self.secret, signed)):
            expected = "the hexadecimal HMAC-SHA-256 of the body with the shared secret"
            raise Unauthorised(self.signature_header, Described("another signature"), expected)

    def _verify_age(self, stamp: str | None, now: datetime) -> None:
        name = str(self.timestamp_header)
        if stamp is None:
            raise Unauthorised(name, Described("no header"), "the time in seconds since 1970")
        if not stamp.isascii() or not stamp.isdigit():
            raise Unauthorised(name, stamp, "the time in whole seconds since 1970")
        if abs(now.timestamp() - int(stamp)) > self.max_age:
            raise Unauthorised(name, stamp, f"a time within {self.max_age:g} seconds of now")


def sign(secret: str, body: bytes) -> str:
    """Return the signature of a body.

    Source: RFC 2104; Grafana's webhook contact point, "HMAC signature".

    >>> sign("key", b"The quick brown fox jumps over the lazy dog")[:8]
    'f7bc83f4'
    """
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _same(shown: str, expected: str) -> bool:
    return hmac.compare_digest(shown.encode(), expected.encode())
