"""Web pages that reach for the relay; each attack succeeds where the door is off."""

from pathlib import Path

import pytest

from perennial.http.door import Door
from tests.monitoring.relay.fakes import webhook
from tests.monitoring.relay.parts import BEARER, bench

AUTHORISED = {"Authorization": f"Bearer {BEARER}"}
ATTACKS = {
    "plain text": ({"Content-Type": "text/plain"}, 415, "Content-Type"),
    "a page of another site": ({"Origin": "https://evil.example"}, 403, "Origin"),
    "a name that leads here": ({"Host": "evil.example:8900"}, 421, "Host"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_web_page_cannot_send_an_alert(tmp_path: Path, attack: str) -> None:
    """Even with the token of Alertmanager; without the door's checks the alert is accepted."""
    headers, status, field = ATTACKS[attack]
    for door, expected in ((None, status), (Door(None, json_only=False), 200)):
        relay, _ = bench(tmp_path / str(expected))
        with relay.client(door=door) as client:
            answer = client.post("/alerts", content=webhook(), headers={**AUTHORISED, **headers})
        assert answer.status_code == expected
        assert expected == 200 or answer.json()["error"]["field"] == field
        assert relay.decisions()[:1] == (["accepted"] if expected == 200 else [])


@pytest.mark.parametrize("path", ["/incidents", "/metrics", "/docs", "/openapi.json"])
def test_nothing_is_read_under_another_name(tmp_path: Path, path: str) -> None:
    """A page whose own name leads here learns nothing of incidents; a probe may use any name."""
    relay, _ = bench(tmp_path)
    evil = {"Host": "evil.example"}
    with relay.client() as client:
        assert client.get(path, headers=evil).status_code == 421
        assert client.get("/health", headers=evil).status_code == 200
    relay.restart()
    with relay.client(door=Door(None)) as client:
        assert client.get(path, headers=evil).status_code == 200


@pytest.mark.parametrize("path", ["/incidents", "/docs", "/nowhere", "/health"])
def test_every_answer_has_headers_that_keep_it_what_it_is(tmp_path: Path, path: str) -> None:
    """No guessing of types, no copies, no frames; also for errors."""
    relay, _ = bench(tmp_path)
    with relay.client() as client:
        headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store" and "server" not in headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
