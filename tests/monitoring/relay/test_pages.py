"""Who may read what the relay shows, and who may send it alerts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from perennial.http.keyring import Keyring
from tests.monitoring.relay.fakes import webhook
from tests.monitoring.relay.parts import BEARER, bench
from tests.service import fakes, keys

PAGES = ["/incidents", "/docs", "/openapi.json", "/nowhere", "/incidents/", "/metrics"]


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A relay that asks for keys."""
    folder = tmp_path_factory.mktemp("relay")
    late = keys.entry("late", "admin", until=datetime(2026, 1, 1, tzinfo=UTC))
    entries = (keys.entry("prometheus", "metrics"), keys.entry("me", "admin"), late)
    file = keys.write(folder / "keys", keys.entry("shop", "predict", "feedback"), *entries)
    ring = Keyring(file, variable="RELAY_KEYS_FILE", log=fakes.recording_log()[0])
    with bench(folder)[0].client(keys=ring, root_path="/relay") as client:
        yield client


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("prefix", ["", "/relay"])
def test_a_page_needs_a_key_with_its_role(relay: httpx.Client, prefix: str, path: str) -> None:
    """Prometheus reads the metrics; all other pages, also those that are not there, are yours."""
    where = prefix + path
    assert relay.get(where).status_code == 401
    for name in ("nobody", "late"):
        assert relay.get(where, headers=keys.bearer(name)).status_code == 401
    found = {n: relay.get(where, headers=keys.bearer(n)) for n in ("shop", "prometheus", "me")}
    assert found["shop"].status_code == 403
    assert found["prometheus"].status_code == (200 if path == "/metrics" else 403)
    assert found["me"].status_code == (404 if path == "/nowhere" else 200)


def test_who_is_refused_learns_what_to_show(relay: httpx.Client) -> None:
    """As at the service."""
    answer = relay.get("/incidents")
    assert answer.json()["error"]["message"] == (
        "Authorization: got no key, expected an API key with the role 'admin', as "
        "'Authorization: Bearer KEY' or 'X-API-Key: KEY'"
    )
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_sender_of_alerts_needs_its_token_alone(relay: httpx.Client) -> None:
    """A key opens pages, and lets nobody send an alert; a probe needs neither."""
    assert relay.get("/health").status_code == 200
    sent = {who: relay.post("/alerts", content=webhook(), headers=who_is) for who, who_is in WHO}
    assert {who: answer.status_code for who, answer in sent.items()} == {"me": 401, "sender": 200}


WHO = [("me", keys.bearer("me")), ("sender", {"Authorization": f"Bearer {BEARER}"})]


@pytest.mark.parametrize("path", ["/incidents", "/docs", "/metrics"])
def test_on_this_machine_no_key_is_asked_for(tmp_path: Path, path: str) -> None:
    """As a person runs it for the first time."""
    with bench(tmp_path)[0].client() as client:
        assert client.get(path).status_code == 200
