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
