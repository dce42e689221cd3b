"""The images are built and the stack runs, on a real Docker engine: `make test-images`."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.bundles import images, make_bundle
from tests.service import keys
from tests.stack import engine
from tests.stack.engine import Stack

pytestmark = pytest.mark.nightly

MOST_MEGABYTES = 500


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole stack, without what could neither be pulled nor stood in for."""
    engine.require()
    made = Stack(tmp_path_factory.mktemp("stack"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _wait(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {seconds:g} s"
        time.sleep(0.5)


@pytest.mark.parametrize("name", ["service", "relay"])
def test_an_image_is_small_and_cannot_install(stack: Stack, name: str) -> None:
    """It holds no installer, runs as a number, and is below its limit."""
    image = f"perennial-{name}:test"
    (facts,) = json.loads(engine.docker("image", "inspect", image))
    assert facts["Config"]["User"] == "10001:10001"
    print(f"{image}: {facts['Size'] / 1e6:.0f} MB")
    assert facts["Size"] / 1e6 < MOST_MEGABYTES
    command = ["docker", "run", "--rm", image, "python", "-m", "pip", "--version"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "No module named pip" in done.stderr


def test_everything_is_healthy(stack: Stack) -> None:
    """Every container runs and its health check passes, before there is any bundle."""
    states = {one["Service"]: (one["State"], one["Health"]) for one in stack.containers()}
    assert states == {name: ("running", "healthy") for name in stack.services}


def test_a_bundle_is_deployed_and_its_feedback_is_kept(stack: Stack, tmp_path: Path) -> None:
    """The verbs swap it under the container; prediction and label reach the database."""
    bundle = make_bundle(tmp_path / "bundle").path
    for verb in ("deploy", "verify"):
        done = stack.verb(verb, str(bundle))
        assert done.returncode == 0, done.stdout + done.stderr
    key = keys.bearer("test")
    with httpx.Client(base_url=stack.url("service"), headers=key, timeout=10) as client:
        assert httpx.get(stack.url("service") + "/metrics", headers=key).status_code == 403
        answer = client.post("/predict", json={"instances": images(1).tolist()}).json()
        label = {"prediction_id": answer["predictions"][0]["prediction_id"], "label": "3"}
        _wait(lambda: client.post("/feedback", json=label).status_code in (200, 201))
        assert client.get("/ready").json()["database"] is True


@pytest.mark.parametrize("name", ["service", "relay", "postgres", "prometheus", "alertmanager"])
def test_a_container_has_nothing_to_write_to(stack: Stack, name: str) -> None:
    """The root is read-only, no process has a capability, and nobody is root."""
    done = stack.inside(name, ["sh", "-c", "touch /usr/x; id -u; grep CapBnd /proc/self/status"])
    assert b"Read-only file system" in done.stderr
    user, capabilities = done.stdout.splitlines()
    assert user != b"0" and int(capabilities.split()[1], 16) == 0


def test_nothing_but_the_services_reaches_the_database(stack: Stack) -> None:
    """Prometheus, in the other network, does not even find its name."""
    done = stack.inside(
        "prometheus", ["promtool", "query", "instant", "http://postgres:5432", "up"]
    )
    assert done.returncode != 0
    assert b"no such host" in done.stdout + done.stderr


def _get(stack: Stack, service: str, path: str) -> Any:
    headers = keys.bearer("test") if service in ("service", "relay") else {}
    answer = httpx.get(stack.url(service) + path, headers=headers, timeout=10)
    return answer.raise_for_status().json()


def test_prometheus_finds_everybody(stack: Stack) -> None:
    """Both targets are up, the rules are loaded without an error, Alertmanager is known."""

    def up() -> dict[str, str]:
        found = _get(stack, "prometheus", "/api/v1/query?query=up")["data"]["result"]
        return {one["metric"]["instance"]: one["value"][1] for one in found}

    _wait(lambda: up() == {"service:8000": "1", "relay:8900": "1"})
    groups = _get(stack, "prometheus", "/api/v1/rules")["data"]["groups"]
    assert groups
    assert {rule["health"] for group in groups for rule in group["rules"]} <= {"ok", "unknown"}
    known = _get(stack, "prometheus", "/api/v1/alertmanagers")["data"]["activeAlertmanagers"]
    assert [one["url"] for one in known] == ["http://alertmanager:9093/api/v2/alerts"]


def test_an_alert_reaches_the_relay_with_its_token(stack: Stack) -> None:
    """Alertmanager shows the token of its secret; the relay writes the incident down."""
    labels = {"alertname": "DataDrift", "model": "digits", "action": "retrain"}
    alerts = stack.url("alertmanager") + "/api/v2/alerts"
    httpx.post(alerts, json=[{"labels": labels}], timeout=10).raise_for_status()

    def incidents() -> list[str]:
        return [one["model"] for one in _get(stack, "relay", "/incidents")["incidents"]]

    _wait(lambda: bool(incidents()))
    assert incidents() == ["digits"]


def test_a_backup_can_be_restored(stack: Stack) -> None:
    """The commands of docs/stack.md bring back what was deleted after the dump."""
    names = ("-U", "perennial")

    def postgres(*command: str, given: bytes = b"") -> bytes:
        done = stack.inside("postgres", command, given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows() -> int:
        counted = "SELECT count(*) FROM relay_incidents"
        return int(postgres("psql", *names, "--tuples-only", "-c", counted))

    before, dump = rows(), postgres("pg_dump", *names, "--format=custom", "perennial")
    stack.compose("stop", "service", "relay")
    postgres("psql", *names, "-c", "DELETE FROM relay_decisions; DELETE FROM relay_incidents")
    assert rows() == 0
    restore = ("pg_restore", *names, "--dbname=perennial", "--clean", "--if-exists")
    postgres(*restore, given=dump)
    assert rows() == before == 1
    stack.compose("up", "--detach", "--wait", "service", "relay")


def test_an_upgrade_loses_nothing(stack: Stack) -> None:
    """New containers over the same volumes serve the same bundle and know the same incidents."""

    def incidents() -> list[str]:
        return [one["id"] for one in _get(stack, "relay", "/incidents")["incidents"]]

    before = incidents()
    digest = _get(stack, "service", "/model")["digest"]
    words = ("--detach", "--wait", "--force-recreate", *sorted(stack.services))
    stack.compose("up", *words)
    assert incidents() == before
    assert _get(stack, "service", "/model")["digest"] == digest
