"""The relay behind proxies, under probes, and with odd clients."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.monitoring.relay.fakes import webhook
from tests.monitoring.relay.parts import BEARER, bench
from tests.raw_client import body, exchange, request, status

AUTHORISED = f"Authorization: Bearer {BEARER}"
JAVA = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ")
GETS = ("/health", "/incidents", "/metrics", "/docs")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a running relay."""
    relay, _ = bench(tmp_path)
    with relay.client() as running:
        yield running


def _port(client: httpx.Client) -> int:
    return client.base_url.port or 0


def test_an_alert_with_an_offer_of_http_2_is_accepted(client: httpx.Client) -> None:
    """The offer is ignored, the body read."""
    sent = request("POST", "/alerts", webhook(), AUTHORISED, *JAVA)
    answer = exchange(_port(client), sent)
    assert status(answer) == 200 and b'"accepted"' in body(answer)


def test_an_alert_in_pieces_to_a_path_with_a_slash_is_accepted(client: httpx.Client) -> None:
    """However a proxy cuts it."""
    sent = request("POST", "/alerts/", webhook(), AUTHORISED)
    answer = exchange(_port(client), sent[:40], sent[40:-9], sent[-9:], pause=0.05)
    assert status(answer) == 200 and b'"accepted"' in body(answer)


@pytest.mark.parametrize("path", GETS)
def test_a_probe_may_ask_for_the_head_alone(client: httpx.Client, path: str) -> None:
    """HEAD is answered as GET is, without the body."""
    answer = exchange(_port(client), request("HEAD", path))
    assert status(answer) == client.get(path).status_code == 200
    assert body(answer) == b""


def test_a_compressed_alert_is_refused_by_name(client: httpx.Client) -> None:
    """It is no malformed JSON."""
    headers = {"Content-Encoding": "gzip", "Authorization": f"Bearer {BEARER}"}
    answer = client.post("/alerts", content=gzip.compress(webhook()), headers=headers)
    assert answer.status_code == 415
    assert answer.json()["error"]["field"] == "Content-Encoding"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "GET"])
def test_other_methods_are_refused(client: httpx.Client, method: str) -> None:
    """An alert is sent with POST."""
    answer = exchange(_port(client), request(method, "/alerts"))
    assert status(answer) == 405 and b"allow: POST" in answer


@pytest.mark.parametrize("prefix", ["", "/relay"])
def test_behind_a_proxy_the_prefix_may_be_sent_or_not(tmp_path: Path, prefix: str) -> None:
    """Some proxies drop it, others do not."""
    relay, _ = bench(tmp_path)
    with relay.client(root_path="/relay") as client:
        headers = {"Authorization": f"Bearer {BEARER}"}
        assert client.post(f"{prefix}/alerts", content=webhook(), headers=headers).is_success
        assert client.get(f"{prefix}/health").is_success
