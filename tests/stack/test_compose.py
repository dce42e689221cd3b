"""docker-compose.yml: valid, pinned, with no right it does not need, all it mounts is there."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from perennial import settings
from service.settings import Settings
from tests.stack import dockerfile
from tests.stack.compose import (
    EXAMPLE,
    FILLED_IN,
    ROOT,
    example,
    load,
    mounts,
    networks,
    variables,
)

STACK = load()
SERVICES: dict[str, dict[str, Any]] = STACK["services"]
ALERTMANAGER = SERVICES["alertmanager"]
BUILT = {"service", "relay"}
# Every key we use; docker compose drops none silently, but not every machine has it.
TOP = {"name", "services", "networks", "volumes", "secrets", "x-every-container", "x-probe"}
KEYS = {
    *("build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image"),
    *(
        "logging",
        "mem_limit",
        "networks",
        "ports",
        "read_only",
        "restart",
        "secrets",
        "security_opt",
    ),
    *("shm_size", "stop_grace_period", "tmpfs", "user", "volumes"),
}
PINNED = re.compile(r"[a-z/]+:v?\d+\.\d+(\.\d+)?")


@pytest.fixture(params=SERVICES)
def name(request: pytest.FixtureRequest) -> str:
    """The name of each service."""
    return str(request.param)


def test_every_key_is_one_that_compose_knows(name: str) -> None:
    """A misspelt key is found where there is no docker compose to find it."""
    assert set(STACK) <= TOP
    assert set(SERVICES[name]) <= KEYS


def test_docker_compose_itself_has_nothing_to_say() -> None:
    """Where docker compose is installed, it takes the file without an error and a warning."""
    command = ["docker", "compose", "--env-file", str(EXAMPLE), "config", "--quiet"]
    try:
        subprocess.run(["docker", "compose", "version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no docker compose on this machine: `docker compose version` fails")
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | FILLED_IN, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# Rows are kept for ever, unless somebody decides otherwise.
MAY_BE_EMPTY = {"PERENNIAL_KEEP_PREDICTIONS_DAYS", "PERENNIAL_KEEP_LABELLED_DAYS"}


def test_what_only_a_person_knows_must_be_set() -> None:
    """Exactly the variables that .env.example leaves empty stop the stack until they are set."""
    required = {variable.name for variable in variables() if variable.required}
    empty = {name for name, text in example().items() if not text}
    assert required == set(FILLED_IN) and empty - required == MAY_BE_EMPTY


def test_every_variable_is_explained() -> None:
    """.env.example has the variables of the file, no other, with the same defaults."""
    used = {one.name: one.default for one in variables() if not one.required}
    assert used == {name: text for name, text in example().items() if text or name in used}
    lines = EXAMPLE.read_text("utf-8").splitlines()
    for line, before in zip(lines[1:], lines, strict=False):
        if re.match(r"[A-Z_]+=", line):
            assert before, f"{line} has no comment above it"


def test_images_do_not_change_by_themselves(name: str) -> None:
    """What is pulled has a version in its tag; what is built is named as ours."""
    image = SERVICES[name]["image"]
    if name in BUILT:
        assert image == f"perennial-{name}:local"
        assert SERVICES[name]["build"]["args"] == {"BASE": example()["BASE_IMAGE"]}
        assert ROOT / SERVICES[name]["build"]["dockerfile"] == dockerfile.FILES[name]
    else:
        assert PINNED.fullmatch(image)


def test_containers_have_no_rights_to_spare(name: str) -> None:
    """No capability, no way to get one, nothing to write outside volumes and /tmp."""
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert service["restart"] == "unless-stopped"


def test_no_container_takes_the_memory_of_the_others(name: str) -> None:
    """Each has a limit, which is a variable of its own in .env."""
    assert SERVICES[name]["mem_limit"] == example()[f"{name.upper()}_MEMORY"]


def test_a_full_queue_fits_into_the_service() -> None:
    """What waits to be stored takes at most a quarter of the limit, whoever sends it."""
    assert _bytes(SERVICES["service"]["mem_limit"]) >= 4 * Settings().queue_bytes


def _bytes(size: str) -> int:
    """Return a size as docker writes it, such as 512m, in bytes."""
    found = re.fullmatch(r"(\d+)([mg])", size)
    assert found is not None, f"{size} is no size such as 512m or 1g"
    return int(found[1]) * {"m": 2**20, "g": 2**30}[found[2]]


def test_only_this_machine_reaches_the_stack(name: str) -> None:
    """Every port is published on 127.0.0.1; the database's is not published at all."""
    ports = SERVICES[name].get("ports", [])
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in ports)
    assert bool(ports) == (name != "postgres")


def test_only_prometheus_and_the_relay_reach_alertmanager() -> None:
    """It takes an alert from anyone, so that no other container is in its network."""
    reach = {name for name in SERVICES if networks(SERVICES[name]) & networks(ALERTMANAGER)}
    assert reach == {"alertmanager", "prometheus", "relay"}


def test_the_relay_asks_prometheus_before_it_acts() -> None:
    """As shipped, and not where somebody clears it because Grafana evaluates the rules."""
    assert SERVICES["relay"]["environment"]["RELAY_PROMETHEUS_URL"] == "http://prometheus:9090"


@pytest.mark.parametrize("name", ["prometheus", "alertmanager"])
def test_no_setting_publishes_what_asks_nobody_who_they_are(name: str) -> None:
    """The address stands in the file; .env chooses the port alone."""
    (port,) = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"][name]["ports"]
    assert port.startswith("127.0.0.1:${")


def test_health_decides_what_starts_next(name: str) -> None:
    """Everything has a health check, and what waits for something waits until it is healthy."""
    check = SERVICES[name].get("healthcheck")
    if name in BUILT:
        stage = dockerfile.read(dockerfile.FILES[name])[-1]
        assert check is None and "HEALTHCHECK" in {one.name for one in stage}
    else:
        assert check is not None and check["test"][0] == "CMD"
        assert set(check) == {"test", "interval", "timeout", "retries", "start_period"}
    for other, condition in SERVICES[name].get("depends_on", {}).items():
        assert other in SERVICES and condition == {"condition": "service_healthy"}


def test_every_mounted_file_is_in_the_repository(name: str) -> None:
    """What is mounted from here is committed, and nobody writes to it."""
    for mount in mounts(SERVICES[name]):
        if mount.source.startswith("./") and not mount.source.startswith("./var/"):
            done = subprocess.run(
                ["git", "ls-files", "--error-unmatch", mount.source], cwd=ROOT, capture_output=True
            )
            assert done.returncode == 0, f"{mount.source} is not in git"
            assert mount.read_only


def test_volumes_are_declared_and_used() -> None:
    """Neither a volume without a name of its own, nor one that nobody mounts."""
    used = [mount.source for one in SERVICES.values() for mount in mounts(one)]
    named = [source for source in used if not source.startswith(".")]
    assert sorted(named) == sorted(STACK["volumes"])


def test_the_service_can_read_its_bundles_and_not_change_them() -> None:
    """The folder is where the image looks, and a missing one is an error, not made by root."""
    mount, _ = SERVICES["service"]["volumes"]
    assert mount["read_only"] is True
    assert mount["bind"] == {"create_host_path": False}
    stage = dockerfile.read(dockerfile.FILES["service"])[-1]
    assert mount["target"] == dockerfile.environment(stage)["PERENNIAL_BUNDLES"]


@pytest.mark.parametrize("name", sorted(BUILT))
def test_service_and_relay_can_read_the_keys_and_not_change_them(name: str) -> None:
    """Their folder is mounted, not their file, which changes by another taking its place."""
    mount = SERVICES[name]["volumes"][-1]
    assert mount["read_only"] is True
    assert mount["bind"] == {"create_host_path": False}
    assert mount["source"] == f"{example()['STACK_SECRETS']}/service"
    prefix = {"service": "PERENNIAL", "relay": "RELAY"}[name]
    file = Path(SERVICES[name]["environment"][f"{prefix}_KEYS_FILE"])
    assert file.parent == Path(mount["target"])


def test_every_secret_is_used_and_made() -> None:
    """A secret has its own file, somebody who reads it, and `prepare` makes or asks for it."""
    files = {name: Path(secret["file"]) for name, secret in STACK["secrets"].items()}
    folder = Path(example()["STACK_SECRETS"])
    assert files == {name: folder / name for name in files}
    assert {name for one in SERVICES.values() for name in one.get("secrets", ())} == set(files)
    prepare = (ROOT / "deploy/compose/prepare").read_text("utf-8")
    lists = re.findall(r"^for name in (.*); do$", prepare, re.M)
    made = {name for names in lists for name in names.split()}
    made |= {f"service_{name}_key" for name in re.findall(r"^ *api_key (\w+) ", prepare, re.M)}
    assert made == set(files) | {"service_verify_key"}, "verify reads its key on this machine"


def test_a_secret_is_read_by_whoever_is_given_it(name: str) -> None:
    """The files of /run/secrets that a container's settings name are the ones it gets."""
    service = SERVICES[name]
    text = [*service.get("environment", {}).values(), *service.get("command", ())]
    for mount in mounts(service):
        if mount.target.endswith((".yml", "/roles.sh")):
            text.append((ROOT / mount.source).read_text("utf-8"))
    named = re.findall(r"/run/secrets/(\w+)", "\n".join(text))
    assert sorted(set(named)) == sorted(service.get("secrets", []))


def test_no_secret_stands_in_a_variable(name: str) -> None:
    """Whoever may look at a container's settings sees where secrets are, not what they are."""
    for variable, value in SERVICES[name].get("environment", {}).items():
        if re.search("TOKEN|SECRET|PASSWORD", variable):
            assert value.startswith("/run/secrets/")


def test_the_services_variables_are_settings_it_takes(tmp_path: Path) -> None:
    """With the image's variables and the stack's it starts, and the password is in the URL."""
    stage = dockerfile.read(dockerfile.FILES["service"])[-1]
    variables = dockerfile.environment(stage) | SERVICES["service"]["environment"]
    (tmp_path / "service_database_password").write_text("hush", encoding="utf-8")
    (tmp_path / "service_hash_secret").write_text("a" * 64, encoding="utf-8")
    variables = {
        name: value.replace("/run/secrets", str(tmp_path)) for name, value in variables.items()
    }
    names = {name for name in variables if name.startswith("PERENNIAL_")}
    known = {Settings.variable(field) for field in Settings.model_fields}
    assert {name.removesuffix(settings.FILE) for name in names - known} <= known
    chosen = settings.read(Settings, variables)
    assert chosen.database_url == "postgresql://perennial_service:hush@postgres:5432/perennial"
    assert chosen.hash_secret and chosen.hash_secret.get_secret_value() == "a" * 64
    assert chosen.keep_predictions_days is None and chosen.keep_labelled_days is None
    kept = settings.read(Settings, variables | {"PERENNIAL_KEEP_LABELLED_DAYS": "90"})
    assert kept.keep_labelled_days == 90
