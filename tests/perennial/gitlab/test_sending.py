"""Calls are tried again for a bounded time, and tokens stay with GitLab."""

from collections.abc import Callable

import pytest

from perennial.gitlab.client import connect, refusals
from perennial.gitlab.errors import GitLabRefused
from perennial.gitlab.plain import PlainClient
from tests.raw_server import CUT, CUT_502, HTML, NOT_HTTP, sending

OK = b'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"id": 1}'
LIMITED = b"HTTP/1.0 429 Too Many\r\nContent-Length: 0\r\nRetry-After: %s\r\n\r\n"
BUSY = (
    b"HTTP/1.0 503 Busy\r\nContent-Length: 0\r\nRetry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n\r\n"
)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that would have been made."""
    made: list[float] = []
    monkeypatch.setattr("time.sleep", made.append)
    return made


def ask(url: str, *, retry: bool = False) -> object:
    """Return the answer to a GET with a token."""
    with refusals("ask"):
        return connect(url, token="the-token", retry=retry).http_get("/version")


def plain(url: str) -> object:
    """Return the answer to the same GET by the standard library."""
    return PlainClient(f"{url}/api/v4", "the-token").call("ask", "GET", "/version")[0]


@pytest.mark.parametrize("after", [b"Wed, 21 Oct 2026 07:28:00 GMT", b"3600"])
def test_too_many_calls_wait_one_minute_once(
    pauses: list[float], capsys: pytest.CaptureFixture[str], after: bytes
) -> None:
    """Whatever Retry-After holds; the wait is told, and the second refusal is final."""
    with sending(LIMITED % after, OK) as (url, _):
        assert ask(url) == {"id": 1}
    assert pauses == [60.0]
    assert capsys.readouterr().err == "GET /version: GitLab answered 429; next attempt in 60 s\n"
    with sending(LIMITED % after) as (url, _):
        with pytest.raises(GitLabRefused, match="429: .*too many calls in a minute; try again"):
            ask(url, retry=True)
    assert pauses == [60.0, 60.0]


@pytest.mark.parametrize(("reply", "came"), [(BUSY, "GitLab answered 503"), (NOT_HTTP, "no answe")])
def test_what_may_pass_is_tried_five_times(
    pauses: list[float], capsys: pytest.CaptureFixture[str], reply: bytes, came: str
) -> None:
    """It takes 15 seconds in all, and each attempt is told; without `retry` there is only one."""
    with sending(reply) as (url, received), pytest.raises(GitLabRefused):
        ask(url, retry=True)
    assert pauses == [1, 2, 4, 8] and len(received) == 5
    assert capsys.readouterr().err.count(f"GET /version: {came}") == 4
    with sending(reply) as (url, received), pytest.raises(GitLabRefused):
        ask(url)
    assert len(received) == 1


@pytest.mark.parametrize("ask", [ask, plain])
def test_a_token_does_not_follow_a_redirect_to_another_host(ask: Callable[[str], object]) -> None:
    """The other host is asked without it."""
    with sending(OK) as (other, there):
        location = other.replace("127.0.0.1", "localhost").encode()
        moved = b"HTTP/1.0 302 Found\r\nContent-Length: 0\r\nLocation: %s/x\r\n\r\n" % location
        with sending(moved) as (url, here):
            assert ask(url) == {"id": 1}
    assert b"the-token" in here[0] and there and b"the-token" not in there[0]


def test_a_body_is_not_sent_to_another_host() -> None:
    """A trigger's token is in the body, which a 307 would send again."""
    with sending(OK) as (other, there):
        location = other.replace("127.0.0.1", "localhost").encode()
        moved = b"HTTP/1.0 307 Moved\r\nContent-Length: 0\r\nLocation: %s/x\r\n\r\n" % location
        with sending(moved) as (url, _), pytest.raises(GitLabRefused, match="another host, localh"):
            with refusals("start"):
                connect(url).http_request("post", "/t", post_data=b"token=glptt", raw=True)
    assert there == []


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (CUT, "ask at .*no answer from GitLab: IncompleteRead"),
        (CUT_502, "GitLab answered 502: Bad Gateway"),
        (NOT_HTTP, "no answer from GitLab: SSH-2.0"),
        (HTML, "the answer is not JSON"),
    ],
)
def test_a_response_that_is_cut_short_or_not_http_is_a_refusal(reply: bytes, words: str) -> None:
    """HTTPException is no OSError."""
    with sending(reply) as (url, _), pytest.raises(GitLabRefused, match=words):
        plain(url)
