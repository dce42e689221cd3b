"""Who may use which route."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from perennial.http import key_file
from perennial.http.keys import ADMIN, ROLES, TRUSTED_FEEDBACK, Entry
from service import keys as command
from service.app import create_app
from service.http import roles
from service.http.application import Application
from tests.service import fakes, keys
from tests.service.fakes import IMAGE, Running, wait_until

PREDICTION = {"instances": [IMAGE]}
ALLOWED = {ADMIN: set(ROLES), TRUSTED_FEEDBACK: {TRUSTED_FEEDBACK, "feedback"}}


def templates(app: Application) -> set[str]:
    """Return the paths of an application's routes, of included routers and of plain ASGI too."""
    found, waiting = set(app.plain), list(app.routes)
    while waiting:
        route: Any = waiting.pop()
        inner = getattr(route, "original_router", None)
        if inner is not None:
            waiting += inner.routes
        else:
            found.add(route.path)
    return found


def application(folder: Path) -> Application:
    """Return an application that does not run."""
    return create_app(fakes.settings(folder), log=fakes.recording_log()[0])


def ask(service: Running, path: str, headers: Mapping[str, str]) -> httpx.Response:
    """Send what a route's clients send."""
    where = path.replace("{name}", "digits")
    if path.endswith("predict"):
        return service.client.post(where, json=PREDICTION, headers=headers)
    if path == "/feedback":
        label = {"prediction_id": "f" * 32, "label": "1"}
        return service.client.post(where, json=label, headers=headers)
    return service.client.get(where, headers=headers)


class Holders:
    """A file of keys, changed as an administrator changes it, with the keys that were handed out.

    Each role has a key in each state of a key's life.
    """

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.file = folder / "keys"
        self._capsys = capsys
        self.secrets: dict[tuple[str, str], str] = {}
        for role in ROLES:
            self.secrets[role, "valid"] = self.run("add", f"{role}-1", "--role", role)
            old = self.run("add", f"{role}-2", "--role", role)
            self.secrets[role, "old within the overlap"] = old
            self.secrets[role, "new"] = self.run("rotate", f"{role}-2")
            self.secrets[role, "old after the overlap"] = self.run(
                "add", f"{role}-3", "--role", role
            )
            self.run("rotate", f"{role}-3")
            self.secrets[role, "revoked"] = self.run("add", f"{role}-4", "--role", role)
            self.run("revoke", f"{role}-4")
            self.secrets[role, "wrong"] = self.secrets[role, "valid"][:-1] + "!"
        keys.write(self.file, *map(_later, key_file.read(self.file)))

    def run(self, *words: str) -> str:
        """Run the command and return what it prints."""
        assert command.main(["--file", str(self.file), *words]) == 0
        return self._capsys.readouterr().out.strip()


def _later(entry: Entry) -> Entry:
    """Return an entry as it is after the overlap of the third key of each role."""
    over = entry.until is not None and entry.key.name.endswith("-3")
    return replace(entry, until=datetime.now(UTC) - timedelta(seconds=1)) if over else entry


@pytest.fixture
def holders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Holders:
    """Keys of every role in every state."""
    return Holders(tmp_path, capsys)


@pytest.fixture
def guarded(tmp_path: Path, holders: Holders) -> Iterator[Running]:
    """A service that asks for these keys."""
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path, keys_file=holders.file)) as service:
        yield service


def test_every_route_asks_for_a_valid_key_with_its_role(
    tmp_path: Path, guarded: Running, holders: Holders
) -> None:
    """Each route, each role, and no key, a wrong, a revoked, and a rotated one, old and new."""
    paths = templates(application(tmp_path))
    assert paths == roles.ROLES.keys() | roles.OPEN, "a route has no role, or a role no route"
    for path, ((role, state), secret) in itertools.product(paths, holders.secrets.items()):
        answer = ask(guarded, path, {"Authorization": f"Bearer {secret}"})
        needed = roles.ROLES.get(path)
        known = state in ("valid", "new", "old within the overlap")
        if needed is None or known and needed in ALLOWED.get(role, {role}):
            reached = 404 if path == "/feedback" else 200
            assert answer.status_code == reached, (path, role, state, answer.text)
        else:
            assert answer.status_code == (403 if known else 401), (path, role, state)
            assert f"'{needed}'" in answer.json()["error"]["expected"]
            assert secret not in answer.text


def test_a_route_without_a_role_is_found_and_cannot_be_reached(tmp_path: Path) -> None:
    """The walk over the routes sees a new one, and the table has no role for it."""
    app = application(tmp_path)
    app.add_api_route("/new", lambda: "new")
    assert templates(app) - (roles.ROLES.keys() | roles.OPEN) == {"/new"}
    assert roles.template("/new") is None


def test_without_keys_on_this_machine_every_route_is_open(service: Running) -> None:
    """The same requests without a key that a service with keys refuses; the log says so."""
    for path in roles.ROLES:
        reached = 404 if path == "/feedback" else 200
        assert ask(service, path, {}).status_code == reached, path
    (line,) = [entry for entry in service.capture.entries if entry["event"] == "no_keys"]
    assert line["log_level"] == "warning"


@pytest.mark.parametrize("path", sorted({*roles.ROLES, "/nowhere", "/metrics%0A", "/"}))
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_without_a_key_no_request_gets_past_the_door(
    guarded_once: Running, path: str, method: str
) -> None:
    """Wrong methods and unknown paths too: nobody without a key learns what there is."""
    where = path.replace("{name}", "digits")
    answer = guarded_once.client.request(method, where)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.fixture(scope="module")
def guarded_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that asks for keys, shared by tests that change nothing."""
    folder = tmp_path_factory.mktemp("guarded")
    late = keys.entry("late", "predict", until=datetime(2026, 1, 1, tzinfo=UTC))
    shop, me = keys.entry("shop", "predict"), keys.entry("me", "admin")
    file = keys.write(folder / "keys", shop, me, late)
    fakes.deploy(folder)
    with fakes.running(fakes.settings(folder, keys_file=file)) as service:
        yield service


@pytest.mark.parametrize("path", ["/metrics%0A", "/metrics%00", "//metrics", "/v1/models//metrics"])
def test_a_path_that_routers_may_read_in_another_way_leads_nowhere(
    guarded_once: Running, path: str
) -> None:
    """A key for predictions does not reach the metrics by an odd spelling of their path."""
    answer = guarded_once.client.get(path, headers=keys.bearer("shop"))
    assert answer.status_code == 404 and "model_info" not in answer.text


@pytest.mark.parametrize("path", ["/metrics/", "/docs/", "/openapi.json/"])
def test_a_slash_at_the_end_needs_the_same_role(guarded_once: Running, path: str) -> None:
    """The route is found in the same way for both."""
    assert guarded_once.client.get(path, headers=keys.bearer("shop")).status_code == 403
    assert guarded_once.client.get(path, headers=keys.bearer("me")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        keys.bearer("shop"),
        {"Authorization": f"bearer {keys.secret('shop')}"},
        {"X-API-Key": keys.secret("shop")},
        {"X-API-Key": keys.secret("shop"), "Authorization": "Basic cHJveHk6eA=="},
    ],
)
def test_a_key_is_sent_in_either_header(guarded_once: Running, headers: dict[str, str]) -> None:
    """Authorization is free for the credentials of a proxy where X-API-Key is used."""
    answer = guarded_once.client.post("/predict", json=PREDICTION, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "given", ["Basic cGVyZW5uaWFs", "Bearer", "Bearer x y", keys.secret("shop"), "Token x", "\xe9"]
)
def test_what_is_no_key_is_refused(guarded_once: Running, given: str) -> None:
    """Whatever stands in the header; the answer does not repeat it."""
    headers: Any = {"Authorization": given.encode("latin-1")}
    answer = guarded_once.client.post("/predict", json=PREDICTION, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["value"] in ("credentials of another scheme", "an unknown key")


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({}, "no key"),
        ({"Authorization": "Basic c2hvcDp4"}, "credentials of another scheme"),
        ({"Authorization": keys.secret("late")}, "credentials of another scheme"),
        (keys.bearer("nobody"), "an unknown key"),
        (keys.bearer("late"), "an expired key"),
        ({"X-API-Key": keys.secret("late")}, "an expired key"),
    ],
)
def test_who_is_refused_learns_what_to_mend(
    guarded_once: Running, headers: dict[str, str], found: str
) -> None:
    """Another header, or a newer key. Only who has an expired key learns that there was one."""
    answer = guarded_once.client.post("/predict", json=PREDICTION, headers=headers)
    assert answer.status_code == 401 and answer.json()["error"]["value"] == found
    wrong_header = found in ("no key", "credentials of another scheme")
    assert ("X-API-Key: KEY" in answer.json()["error"]["expected"]) == wrong_header


def test_the_documentation_says_which_role_a_route_needs(guarded_once: Running) -> None:
    """Each route that asks for a key is described so, and no other."""
    document = guarded_once.client.get("/openapi.json", headers=keys.bearer("me")).json()
    assert set(document["components"]["securitySchemes"]) == {"bearer", "header"}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            asks = path not in roles.OPEN
            assert ("security" in operation, "401" in operation["responses"]) == (asks, asks)
            assert not asks or f"`{roles.ROLES[path]}`" in operation["description"]


def test_refusals_are_counted(guarded_once: Running) -> None:
    """By status, and not with the other requests, whose errors a flood of them would hide."""
    admin = keys.bearer("me")

    def counts() -> tuple[float, float]:
        text = guarded_once.client.get("/metrics", headers=admin).text.splitlines()
        lines = dict(line.rpartition(" ")[::2] for line in text)
        of_route = 'http_requests_total{handler="/feedback",method="POST",status="4xx"}'
        refused = 'service_requests_refused_total{status="403"}'
        return float(lines[refused]), float(lines.get(of_route, 0))

    before = counts()
    answer = guarded_once.client.post("/feedback", json={}, headers=keys.bearer("shop"))
    assert answer.status_code == 403
    assert counts() == (before[0] + 1, before[1])


def test_a_long_path_is_cut_in_the_log(guarded_once: Running) -> None:
    """A flood of refused requests fills no disk."""
    assert guarded_once.client.get("/x" + "y" * 20_000).status_code in (401, 404)
    line = guarded_once.capture.entries[-1]
    assert line["event"] == "request_refused" and len(str(line)) < 1000


def test_a_changed_file_is_read_without_a_restart(tmp_path: Path) -> None:
    """A broken one leaves the keys from before valid; log and metric say so until it is good."""
    file = keys.write(tmp_path / "keys", keys.entry("shop", "predict"), keys.entry("me", "admin"))
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path, keys_file=file)) as service:

        def status(name: str) -> int:
            headers = keys.bearer(name)
            return service.client.get("/v1/models", headers=headers).status_code

        service.client.headers.update(keys.bearer("me"))
        assert (status("shop"), status("later")) == (200, 401)
        keys.write(file, keys.entry("later", "predict"), keys.entry("me", "admin"))
        wait_until(lambda: status("later") == 200, seconds=10)
        assert status("shop") == 401
        file.write_text("later predict the-secret-itself -\n", encoding="utf-8")
        wait_until(lambda: service.metric("service_keys_refused") == 1, seconds=10)
        assert status("later") == 200
        file.unlink()
        wait_until(lambda: "No such file" in str(_refused(service)), seconds=10)
        assert status("later") == 200
        keys.write(file, keys.entry("me", "admin"))
        wait_until(lambda: status("later") == 401, seconds=10)
        assert service.metric("service_keys_refused") == 0
    refused = _refused(service)  # also a file that is only half written, now and then
    assert "line 1, SHA-256: got a hidden value" in str(refused) and "itself" not in str(refused)
    assert {entry["log_level"] for entry in refused} == {"error"}


def _refused(service: Running) -> list[Any]:
    return [entry for entry in service.capture.entries if entry["event"] == "keys_refused"]
