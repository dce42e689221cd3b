"""The check of a deployment waits for its seconds, whatever comes back meanwhile."""

from pathlib import Path

import pytest

from deploy.verify import main
from tests.bundles import make_bundle
from tests.raw_server import CUT, CUT_502, HTML, NOT_HTTP, sending

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
