"""The check of a deployment waits for its seconds, whatever comes back meanwhile."""

from pathlib import Path
from time import monotonic

import pytest

from deploy.verify import KEY, main
from tests.bundles import make_bundle
from tests.raw_server import CUT, CUT_502, HTML, NOT_HTTP, sending
from tests.service import fakes, keys

LIST = b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n[]"


@pytest.mark.parametrize("reply", [CUT, CUT_502, HTML, LIST, NOT_HTTP])
def test_a_bad_response_is_asked_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], reply: bytes
) -> None:
    """A service that restarts cuts its responses short; one line says why at the end."""
    bundle = tmp_path / "bundle"
    make_bundle(bundle)
    with sending(reply) as (url, received):
        assert main([str(bundle), "--url", url, "--seconds", "0.7"]) == 1
    assert len(received) >= 2
    said = capsys.readouterr().err
    assert said.startswith("not serving after 1 s: ") and said.count("\n") == 1


def test_a_service_of_another_task_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two tasks that were given one address: the message says which variable tells them apart."""
    bundle = tmp_path / "bundle"
    make_bundle(bundle, task="news")
    body = b'{"manifest": {"task": "digits"}, "digest": "0"}'
    reply = b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    with sending(reply) as (url, _):
        assert main([str(bundle), "--url", url, "--seconds", "0"]) == 1
    said = capsys.readouterr().err
    assert "/model: task is digits, expected news; in pipelines PERENNIAL_URL_news" in said


@pytest.mark.parametrize(
    ("key", "code", "said"),
    [
        ("", 3, "PERENNIAL_API_KEY is not set, expected a key with the role predict (401)"),
        ("wrong", 3, "the key in PERENNIAL_API_KEY is refused, expected a key with the role"),
        (keys.secret("scraper"), 3, "is refused, expected a key with the role predict (403)"),
        (keys.secret("pipeline"), 0, "passes its self-test"),
        ("a\nkey", 3, "PERENNIAL_API_KEY: got a hidden value, expected ASCII without spaces"),
    ],
)
def test_a_service_with_keys_is_asked_with_one(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    code: int,
    said: str,
) -> None:
    """The message says which variable is missing or wrong, and never what it holds."""
    entries = keys.entry("pipeline", "predict"), keys.entry("scraper", "metrics")
    file = keys.write(tmp_path / "keys", *entries)
    bundle = fakes.deploy(tmp_path).resolve()
    monkeypatch.setenv(KEY, key)
    with fakes.running(fakes.settings(tmp_path, keys_file=file)) as service:
        url = str(service.client.base_url)
        started = monotonic()
        assert main([str(bundle), "--url", url, "--seconds", "5"]) == code
        assert monotonic() - started < 5, "asked again, though the answer stays the same"
    out, err = capsys.readouterr()
    assert said in out + err and (not key or key not in out + err)


def test_the_key_stays_with_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A redirection to another address is followed without it."""
    bundle = tmp_path / "bundle"
    make_bundle(bundle)
    monkeypatch.setenv(KEY, "the-key")
    with sending(LIST) as (elsewhere, received):
        move = b"HTTP/1.0 302 Found\r\nLocation: %b/model\r\n\r\n" % elsewhere.encode()
        with sending(move) as (url, asked):
            main([str(bundle), "--url", url, "--seconds", "0"])
    assert received and not any(b"the-key" in request for request in received)
    assert any(b"the-key" in request for request in asked)
