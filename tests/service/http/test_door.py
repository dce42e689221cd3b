"""Requests that a web page sends for its reader, and requests that come too fast.

Each attack is also played on a service without the protection, on which it succeeds.
"""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from perennial.http.door import Door
from perennial.http.hosts import Hosts
from perennial.http.rate import RateLimit
from tests import raw_client
from tests.service import fakes, keys
from tests.service.fakes import IMAGE, Running

BODY = httpx.Request("POST", "http://x", json={"instances": [IMAGE]}).content
ROUTES = ("/predict", "/v1/models/digits:predict", "/feedback")
OFF = Door(None, json_only=False)
# What a browser sends for a page of evil.example.
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ATTACKS = {
    "plain text": ({"Content-Type": "text/plain"}, 415, "Content-Type"),
    "a form": (FORM, 415, "Content-Type"),
    "text that looks like JSON": ({"Content-Type": "text/plain; application/json"}, 415, ""),
    "no type": ({"Content-Type": ""}, 415, "Content-Type"),
    "a page of another site": ({"Origin": "https://evil.example"}, 403, "Origin"),
    "a page without an origin": ({"Origin": "null"}, 403, "Origin"),
    "a name that leads here": ({"Host": "evil.example"}, 421, "Host"),
    "its port too": ({"Host": "evil.example:8000"}, 421, "Host"),
}


def send(service: Running, path: str, headers: dict[str, str]) -> httpx.Response:
    """Send a prediction, or a label, as a page would."""
    content = BODY
    if path == "/feedback":
        content = b'{"prediction_id": "%b", "label": "1"}' % (b"f" * 32)
    return service.client.post(path, content=content, headers=headers)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A service without keys, as it runs on a person's own machine."""
    folder = tmp_path_factory.mktemp("served")
    fakes.deploy(folder)
    with fakes.running(fakes.settings(folder)) as service:
        yield service


@pytest.fixture(scope="module")
def unprotected(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The same without the door's checks."""
    folder = tmp_path_factory.mktemp("unprotected")
    fakes.deploy(folder)
    with fakes.running(fakes.settings(folder), door=OFF) as service:
        yield service


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_web_page_cannot_send_requests_for_its_reader(
    served: Running, path: str, attack: str
) -> None:
    """It is refused by the header that gives it away."""
    headers, status, field = ATTACKS[attack]
    answer = send(served, path, headers)
    assert answer.status_code == status
    assert field in answer.json()["error"]["field"]


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("attack", ATTACKS)
def test_without_the_door_a_web_page_can(unprotected: Running, path: str, attack: str) -> None:
    """The same requests reach the route."""
    answer = send(unprotected, path, ATTACKS[attack][0])
    assert answer.status_code == (404 if path == "/feedback" else 200)


@pytest.mark.parametrize("path", ["/model", "/metrics", "/docs", "/openapi.json", "/nowhere"])
def test_nothing_is_read_under_another_name(served: Running, path: str) -> None:
    """A page whose own name leads to this machine learns nothing; the message names no host."""
    answer = served.client.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert answer.json()["error"]["message"] == (
        "Host: got 'evil.example', expected a name of this server; "
        "PERENNIAL_ALLOWED_HOSTS adds some"
    )


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_probes_may_call_it_by_any_address(served: Running, path: str) -> None:
    """A load balancer asks by the address of a replica."""
    assert served.client.get(path, headers={"Host": "10.1.2.3:8000"}).status_code == 200


def test_names_can_be_allowed(tmp_path: Path) -> None:
    """A name of the setting is a host and an origin; its page may send JSON."""
    fakes.deploy(tmp_path)
    allowed = ("model.example",)
    chosen = fakes.settings(tmp_path, allowed_hosts=allowed, keys_file=keys.full(tmp_path))
    with fakes.running(chosen) as service:
        service.client.headers.update(keys.bearer("all"))
        headers = {"Host": "model.example", "Origin": "https://model.example"}
        assert send(service, "/predict", headers).status_code == 200
        assert send(service, "/predict", {"Host": "other.example"}).status_code == 421


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_may_have_parameters(served: Running, kind: str) -> None:
    """As clients write it."""
    assert send(served, "/predict", {"Content-Type": kind}).status_code == 200


def test_a_browser_gets_no_permission_to_send_json(served: Running) -> None:
    """It asks with OPTIONS before it sends JSON to another site, and is refused."""
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = served.client.request("OPTIONS", "/predict", headers=headers)
    assert answer.status_code == 403 and not any("access-control" in h for h in answer.headers)


@pytest.mark.parametrize("path", ["/predict", "/model", "/metrics", "/docs", "/health", "/x"])
def test_every_answer_has_headers_that_keep_it_what_it_is(served: Running, path: str) -> None:
    """No guessing of types, no copies, no name of the server's program; also for errors."""
    answer = served.client.get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "server" not in answer.headers
    assert path == "/predict" or "frame-ancestors 'none'" in answer.headers[POLICY]


POLICY = "Content-Security-Policy"


def test_the_documentation_runs_only_scripts_of_known_content(served: Running) -> None:
    """Each file of another site has its hash, and the page's policy allows no other script."""
    answer = served.client.get("/docs")
    assert answer.text.count("https://") == answer.text.count('integrity="sha384-') == 2
    (scripts,) = [p for p in answer.headers[POLICY].split("; ") if p.startswith("script-src")]
    assert "unsafe" not in scripts and "*" not in scripts


@pytest.mark.parametrize("limited", [True, False])
def test_one_key_cannot_use_up_the_service(tmp_path: Path, limited: bool) -> None:
    """Over its rate a key is told when to try again, while others are served."""
    both = [keys.entry(name, "predict") for name in ("greedy", "b")]
    file = keys.write(tmp_path / "keys", *both)
    fakes.deploy(tmp_path)
    rate = 5.0 if limited else 1e6
    chosen = fakes.settings(tmp_path, keys_file=file, requests_per_second=rate)
    with fakes.running(chosen) as service:
        answers = [send(service, "/predict", keys.bearer("greedy")) for _ in range(30)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert bool(refused) is limited
        for answer in refused:
            assert answer.headers["Retry-After"] == "1"
            assert "greedy" not in answer.text
        assert send(service, "/predict", keys.bearer("b")).status_code == 200


def test_a_rate_is_kept_over_time() -> None:
    """A second's worth may come at once, then one for each that has passed."""
    now = [0.0]
    limit = RateLimit(10, clock=lambda: now[0])

    def accepted(seconds: float) -> int:
        count = 0
        for _ in range(round(seconds * 100)):
            count += limit.wait("shop") == 0.0
            now[0] += 0.01
        return count

    assert accepted(1.0) in (20, 21)
    assert accepted(10.0) in (99, 100, 101)
    now[0] += 100
    assert accepted(0.1) == 10


@pytest.mark.parametrize("hosts", [Hosts.of("127.0.0.1"), None])
def test_an_odd_host_header_is_refused_and_breaks_nothing(
    tmp_path: Path, hosts: Hosts | None
) -> None:
    """Bytes that are no name are no name of ours; without the check they are served."""
    fakes.deploy(tmp_path)
    with fakes.running(fakes.settings(tmp_path), door=Door(hosts)) as service:
        for host in (b"\xff\xfe", b"[", b"localhost\tx", b":::", b"a" * 5000):
            headers: Any = {"Host": host}
            answer = service.client.get("/model", headers=headers)
            assert answer.status_code == (200 if hosts is None else 421), host


def first(service: Running, *parts: bytes) -> int:
    """Return the status of the first answer to these parts, on a connection that stays open."""
    port = service.client.base_url.port
    assert port is not None
    with raw_client.connected(port) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(0.02)
        return raw_client.status(connection.recv(65536))


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("name, status", [("Host", 421), ("Content-Type", 415)])
def test_fields_after_a_body_in_chunks_are_no_headers(
    served: Running, path: str, name: str, status: int
) -> None:
    """A proxy that checks headers does not look there; whether they come with the head or later."""
    good = {"Host": "localhost", "Content-Type": "application/json"}
    headers = {**good, name: "evil.example", "Transfer-Encoding": "chunked"}
    lines = [f"POST {path} HTTP/1.1", *(f"{key}: {value}" for key, value in headers.items())]
    head = "\r\n".join([*lines, "", ""]).encode()
    chunk, trailer = (
        b"%x\r\n%b\r\n" % (len(BODY), BODY),
        f"0\r\n{name}: {good[name]}\r\n\r\n".encode(),
    )
    assert first(served, head + chunk + trailer) == status
    assert first(served, head + chunk, trailer) == status
    right = head.replace(b"evil.example", good[name].encode())
    assert first(served, right + chunk + trailer) in (200, 422)


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    "name, value, status", [("Host", "evil.example", 421), ("Content-Length", "999999999999", 413)]
)
def test_who_may_not_pass_is_told_before_the_body(
    served: Running, path: str, name: str, value: str, status: int
) -> None:
    """Nothing of the body is waited for."""
    good = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": "9"}
    lines = [f"{key}: {found}" for key, found in {**good, name: value}.items()]
    head = "\r\n".join([f"POST {path} HTTP/1.1", *lines, "", ""]).encode()
    assert first(served, head) == status
