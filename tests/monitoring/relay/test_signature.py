"""Who may send a webhook: a bearer token or a signature of the body, and of the time."""

import pytest

from monitoring.relay.errors import Unauthorised
from monitoring.relay.signature import Senders, sign
from tests.monitoring.relay.fakes import START

BODY = b'{"alerts": []}'
HEADER = "x-grafana-alerting-signature"
NOW = int(START.timestamp())
PLAIN = Senders(bearer="token", secret="secret")
TIMED = Senders(bearer=None, secret="secret", timestamp_header="X-Time", max_age=300)


def _timed(stamp: int | str, signed: int | str | None = None) -> dict[str, str]:
    text = f"{stamp if signed is None else signed}:".encode()
    return {"x-time": str(stamp), HEADER: sign("secret", text + BODY)}


@pytest.mark.parametrize(
    "senders, headers",
    [
        (PLAIN, {"authorization": "Bearer token"}),
        (PLAIN, {"authorization": "bearer token"}),
        (PLAIN, {HEADER: sign("secret", BODY)}),
        (PLAIN, {HEADER: sign("secret", BODY).upper()}),
        (TIMED, _timed(NOW)),
        (TIMED, _timed(NOW - 300)),
        (TIMED, _timed(NOW + 300)),
    ],
)
def test_one_of_ours_is_let_in(senders: Senders, headers: dict[str, str]) -> None:
    """The bearer token, and the signature as Grafana makes it, open the door."""
    senders.verify(headers, BODY, now=START)
    with pytest.raises(Unauthorised):
        senders.verify({**headers, HEADER: "0" * 64}, BODY, now=START)


@pytest.mark.parametrize(
    "senders, headers, message",
    [
        (PLAIN, {}, "Authorization: got no header, expected a bearer token, or a signature in"),
        (PLAIN, {"authorization": "Basic token"}, "Authorization: got 'Basic', expected Bearer"),
        (PLAIN, {"authorization": "Bearer nope"}, "Authorization: got another token, expected"),
        (PLAIN, {"authorization": "Bearer "}, "Authorization: got another token, expected"),
        (TIMED, {"authorization": "Bearer token"}, "Authorization: got another token, expected"),
        (PLAIN, {HEADER: sign("other", BODY)}, "Signature: got another signature, expected"),
        (PLAIN, {HEADER: "ümlaut"}, "Signature: got another signature, expected"),
        (TIMED, {HEADER: sign("secret", BODY)}, "X-Time: got no header, expected the time"),
        (TIMED, _timed("noon"), "X-Time: got 'noon', expected the time in whole seconds"),
        (
            TIMED,
            _timed(NOW - 301),
            f"X-Time: got '{NOW - 301}', expected a time within 300 seconds",
        ),
        (
            TIMED,
            _timed(NOW + 301),
            f"X-Time: got '{NOW + 301}', expected a time within 300 seconds",
        ),
        (TIMED, _timed(NOW, signed=NOW - 9000), "Signature: got another signature, expected"),
        (
            Senders(bearer="token", secret=None),
            {HEADER: sign("", BODY)},
            "Signature: got another signature, expected",
        ),
    ],
)
def test_anyone_else_is_told_which_header_is_wrong(
    senders: Senders, headers: dict[str, str], message: str
) -> None:
    """A wrong or missing credential, and an old or unsigned time, are refused by name."""
    with pytest.raises(Unauthorised) as error:
        senders.verify(headers, BODY, now=START)
    assert message in str(error.value)
    assert error.value.status == 401


def test_a_changed_body_is_refused() -> None:
    """The signature of one body does not open the door to another."""
    with pytest.raises(Unauthorised, match="another signature"):
        PLAIN.verify({HEADER: sign("secret", BODY)}, BODY + b" ", now=START)
