"""A real Alertmanager reaches the relay with the committed kind of configuration."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from demo.processes import free_port
from monitoring.alertmanager_config import alertmanager_config
from tests.monitoring.relay.fakes import alert
from tests.monitoring.relay.gitlab_server import GitlabServer
from tests.monitoring.relay.process import BEARER, RelayProcess


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[tuple[RelayProcess, GitlabServer]]:
    """Return a relay and the GitLab it triggers."""
    with GitlabServer() as gitlab:
        process = RelayProcess(tmp_path, gitlab.url)
        process.start()
        yield process, gitlab
        process.kill()


@pytest.fixture
def alertmanager(tmp_path: Path, relay: tuple[RelayProcess, GitlabServer]) -> Iterator[str]:
    """Return the address of an Alertmanager that tells the relay."""
    (tmp_path / "token").write_text(BEARER, encoding="utf-8")
    config = alertmanager_config(
        relay_url=f"{relay[0].url}/alerts",
        credentials_file="token",
        group_wait="100ms",
        group_interval="500ms",
    )
    (tmp_path / "alertmanager.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    command = [
        "prometheus-alertmanager",
        f"--config.file={tmp_path}/alertmanager.yml",
        f"--storage.path={tmp_path}/alertmanager",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    with (tmp_path / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    relay[0].wait(lambda: _ready(address), what="see Alertmanager start")
    yield f"http://{address}"
    process.terminate()
    process.wait(20)


def _ready(address: str) -> bool:
    try:
        return httpx.get(f"http://{address}/-/ready", timeout=1).status_code == 200
    except httpx.HTTPError:
        return False


def _fire(alertmanager: str, name: str, action: str = "retrain") -> None:
    told = alert(name=name, action=action)
    told = {key: told[key] for key in ("labels", "annotations", "generatorURL")}
    httpx.post(f"{alertmanager}/api/v2/alerts", json=[told], timeout=5).raise_for_status()


def test_alerts_that_join_are_one_incident_and_one_pipeline(
    relay: tuple[RelayProcess, GitlabServer], alertmanager: str
) -> None:
    """Two webhooks of one group, a page that goes elsewhere, one pipeline."""
    process, gitlab = relay
    _fire(alertmanager, "ErrorsHigh", action="page")
    _fire(alertmanager, "DataDrift")
    process.wait(
        lambda: _decisions(process) == ["accepted", "attempt", "triggered"], what="trigger"
    )
    _fire(alertmanager, "AccuracyDrop")
    process.wait(lambda: "duplicate" in _decisions(process), what="hear of the second alert")
    assert len(gitlab.pipelines) == 1
    assert set(_decisions(process)) == {"accepted", "attempt", "triggered", "duplicate"}


def _decisions(process: RelayProcess) -> list[str]:
    answer = httpx.get(f"{process.url}/incidents", timeout=5).json()
    return [row["decision"] for row in reversed(answer["decisions"])]
