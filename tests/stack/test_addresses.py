"""Every address that one part of the stack has is the name and the port of another."""

import re
from collections.abc import Iterator
from string import Template
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.stack import dockerfile
from tests.stack.compose import FILLED_IN, ROOT, load, mounts, networks

SERVICES: dict[str, dict[str, Any]] = load()["services"]
PROVISIONING = "/etc/grafana/provisioning/"
URL = re.compile(r"\b(?:https?|postgresql)://[^\s\"']+")


def _listens(name: str) -> set[int]:
    """Return the ports that a service's health check and publication say it listens on."""
    service = SERVICES[name]
    ports = {int(port.rpartition(":")[2]) for port in service.get("ports", ())}
    if "build" in service:
        (expose,) = [
            one for one in dockerfile.read(dockerfile.FILES[name])[-1] if one.name == "EXPOSE"
        ]
        assert ports == {int(expose.value)}
        return ports
    command = " ".join(service["healthcheck"]["test"])
    asked = re.findall(r"127\.0\.0\.1:(\d+)|--port=(\d+)", command)
    checked = {int(url or port) for url, port in asked}
    assert checked and ports <= checked
    return checked


def _addresses() -> Iterator[tuple[str, str]]:
    """Yield who asks which address, from variables, commands and mounted files."""
    for name, service in SERVICES.items():
        variables = service.get("environment", {})
        own = variables.get("GF_SERVER_ROOT_URL")
        for value in [*variables.values(), *service.get("command", ())]:
            for url in URL.findall(str(value)):
                if url != own:  # where people, not containers, find it
                    yield name, url
        for mount in mounts(service):
            for file in _configurations(mount.source) if mount.source.startswith("./") else ():
                for target in _targets(yaml.safe_load(file)):
                    yield name, Template(target).safe_substitute(variables)


def _configurations(source: str) -> Iterator[str]:
    """Yield the YAML files at a path; what else is mounted, such as scripts, asks no address."""
    path = ROOT / source
    files = path.rglob("*.y*ml") if path.is_dir() else [path]
    for file in files:
        if file.is_file() and file.suffix in (".yml", ".yaml"):
            yield file.read_text("utf-8")


def _targets(part: Any, key: str = "") -> Iterator[str]:
    """Yield the values of the keys `targets` and `url`, wherever they stand."""
    if isinstance(part, dict):
        for name, value in part.items():
            yield from _targets(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from _targets(value, key)
    elif key in ("targets", "url"):
        yield str(part)


def _split(address: str) -> tuple[str, int]:
    parts = urlsplit(address if "//" in address else f"//{address}")
    assert parts.hostname and parts.port, f"{address}: expected a name and a port"
    return parts.hostname, parts.port


ADDRESSES = sorted(set(_addresses()) - {("relay", FILLED_IN["RELAY_GITLAB_URL"])})


@pytest.mark.parametrize(("asks", "address"), ADDRESSES)
def test_an_address_is_the_name_and_port_of_another_part(asks: str, address: str) -> None:
    """The name is a service's, it listens on the port, and both are in one network."""
    host, port = _split(address)
    assert host in SERVICES
    assert port in _listens(host)
    assert networks(SERVICES[asks]) & networks(SERVICES[host])


def test_everybody_who_must_be_asked_is_asked() -> None:
    """The check above has not lost sight of an address."""
    asked = {(asks, _split(address)[0]) for asks, address in ADDRESSES}
    assert asked >= {
        ("service", "postgres"),
        ("relay", "postgres"),
        ("relay", "prometheus"),
        ("prometheus", "service"),
        ("prometheus", "relay"),
        ("prometheus", "alertmanager"),
        ("alertmanager", "relay"),
        ("grafana", "prometheus"),
    }


@pytest.mark.parametrize("name", ["prometheus", "alertmanager"])
def test_a_configuration_stands_where_its_program_looks(name: str) -> None:
    """The file of the command line is mounted, and the rules are where the file says."""
    targets = {mount.target: mount.source for mount in mounts(SERVICES[name])}
    (file,) = [word for word in SERVICES[name]["command"] if word.startswith("--config.file=")]
    config = yaml.safe_load((ROOT / targets[file.partition("=")[2]]).read_text("utf-8"))
    for rules in config.get("rule_files", ()):
        folder, _, pattern = rules.rpartition("/")
        assert list((ROOT / targets[folder]).glob(pattern))


def test_grafana_is_given_every_variable_of_its_provisioning() -> None:
    """Grafana takes a missing variable for an empty text and says nothing."""
    service = SERVICES["grafana"]
    targets = {mount.target: mount.source for mount in mounts(service)}
    folders = [targets[target] for target in targets if target.startswith(PROVISIONING)]
    assert {f"./{path.relative_to(ROOT)}" for path in ROOT.glob("grafana/provisioning/*")} == set(
        folders
    )
    text = "\n".join(file for folder in folders for file in _configurations(folder))
    wanted = set(re.findall(r"\$\{?([A-Z][A-Z0-9_]+)", text.replace("$$", "")))
    assert wanted and wanted <= set(service["environment"])
    assert list((ROOT / targets[service["environment"]["PERENNIAL_DASHBOARDS"]]).glob("*.json"))


def test_the_documented_override_lets_grafana_alert() -> None:
    """It gives every variable and secret that the alerting files name, and the relay's address."""
    page = (ROOT / "docs/stack.md").read_text("utf-8")
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.S)]
    (override,) = [block["services"]["grafana"] for block in blocks if "grafana" in str(block)]
    (mount,) = mounts(override)
    text = "\n".join(_configurations(mount.source)).replace("$$", "")
    given = override["environment"]
    assert set(re.findall(r"\$\{?([A-Z][A-Z0-9_]+)", text)) <= set(given)
    assert set(re.findall(r"/run/secrets/(\w+)", text)) == set(override["secrets"])
    assert given["PERENNIAL_RELAY_URL"] == "http://relay:8900/alerts"
    assert mount.target.startswith(PROVISIONING) and mount.read_only
