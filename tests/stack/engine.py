"""The stack on a Docker engine, on free ports, with folders and volumes of its own."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from demo.processes import free_port
from perennial.http import key_file
from tests.service import keys
from tests.stack.compose import FILE, ROOT, example, load

BASE = os.environ.get("TEST_BASE_IMAGE", "python:3.11-slim")
PROGRAMS = Path(__file__).parent / "programs"
READY = "import urllib.request as r; r.urlopen('http://127.0.0.1:9090/-/ready')"
# How Debian's programs start in place of the published images.
STAND_INS: dict[str, dict[str, Any]] = {
    "postgres": {"entrypoint": ["/usr/local/bin/postgres"]},
    "prometheus": {
        "entrypoint": ["prometheus"],
        "user": "nobody",
        # Debian 12's promtool, 2.42, cannot yet ask a server whether it is ready.
        "healthcheck": {"test": ["CMD", "python3", "-c", READY]},
    },
    "alertmanager": {"entrypoint": ["alertmanager"], "user": "nobody"},
}
TOKENS = ("relay_trigger_token", "relay_read_token")


def require() -> None:
    """Skip the test where there is no engine to run it."""
    if shutil.which("docker") is None:
        pytest.skip("no Docker: there is no program `docker`")
    for words in (["version"], ["compose", "version"]):
        done = subprocess.run(["docker", *words], capture_output=True, text=True)
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
            pytest.skip(f"no Docker engine: `docker {' '.join(words)}` says: {reason[0]}")


def docker(*words: str, env: Mapping[str, str] | None = None, seconds: int = 600) -> str:
    """Run a docker command and return what it printed. Raises AssertionError with its errors."""
    done = subprocess.run(
        ["docker", *words],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, f"docker {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout


class Stack:
    """docker-compose.yml under a name of its own, with stand-ins for what cannot be pulled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"perennial-test-{os.getpid()}"
        listens = [name for name in example() if name.endswith("_LISTEN")]
        ports = [name for name in example() if name.endswith("_PORT")]
        self.env = {
            **{name: f"127.0.0.1:{free_port()}" for name in listens},
            **{name: str(free_port()) for name in ports},
            "RELAY_GITLAB_URL": "http://127.0.0.1:9",
            "RELAY_PROJECT": "7",
            "RELAY_MODELS": "digits",
            "PERENNIAL_BUNDLES": str(folder / "bundles"),
            "STACK_SECRETS": str(folder / "secrets"),
            "BASE_IMAGE": BASE,
            "IMAGE_TAG": "test",
        }
        self.pulled, self.missing = _pull()
        self.services = {"service", "relay", *self.pulled, *(self.missing & set(STAND_INS))}
        self._override = folder / "override.yml"

    def url(self, service: str) -> str:
        """Return the address of a service on this machine."""
        name = service.upper()
        address = self.env.get(f"{name}_LISTEN") or f"127.0.0.1:{self.env[f'{name}_PORT']}"
        return f"http://{address}"

    def verb(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a verb of deploy/compose on this stack."""
        command = [str(ROOT / "deploy/compose" / name), *arguments]
        env = {**os.environ, **self.env}
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)

    def compose(self, *words: str) -> str:
        """Run a docker compose command on this stack."""
        files = ["--file", str(FILE), "--file", str(self._override), "--env-file", os.devnull]
        return docker("compose", "--project-name", self.name, *files, *words, env=self.env)

    def start(self) -> None:
        """Build, start, and wait until everything is healthy."""
        for name in TOKENS:
            (self.folder / "secrets").mkdir(exist_ok=True)
            (self.folder / "secrets" / name).write_text("a token\n", encoding="utf-8")
        done = self.verb("prepare")
        assert done.returncode == 0, done.stderr
        file = self.folder / "secrets" / "service" / "keys"
        own = keys.entry("test", "predict", "feedback", "admin")
        file.write_text(key_file.render([*key_file.read(file), own]), encoding="utf-8")
        stand_ins = {
            name: {"image": "perennial-test-programs", **STAND_INS[name]}
            for name in self.missing & set(STAND_INS)
        }
        if stand_ins:
            base = f"BASE={BASE}"
            docker("build", "--tag=perennial-test-programs", "--build-arg", base, str(PROGRAMS))
        self._override.write_text(yaml.safe_dump({"services": stand_ins}), encoding="utf-8")
        self.compose("build", "service", "relay")
        try:
            self.compose("up", "--detach", "--wait", "--wait-timeout=180", *sorted(self.services))
        except AssertionError as error:
            raise AssertionError(
                f"{error}\n{self.compose('logs', '--no-color', '--tail=20')}"
            ) from error

    def stop(self) -> None:
        """End everything, its volumes too; the images stay, for the next run."""
        self.compose("down", "--volumes", "--timeout=10")

    def containers(self) -> list[dict[str, Any]]:
        """Return what `docker compose ps` says of each container."""
        lines = self.compose("ps", "--all", "--format=json").splitlines()
        return [json.loads(line) for line in lines]

    def inside(
        self, service: str, command: Sequence[str], given: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command in a container of a service, with `given` as its input."""
        (name,) = [one["Name"] for one in self.containers() if one["Service"] == service]
        words = ["docker", "exec", "--interactive", name, *command]
        return subprocess.run(words, input=given, capture_output=True, timeout=60)


def _pull() -> tuple[set[str], set[str]]:
    """Return the services whose published images are here or came, and those that did not."""
    images = {name: one["image"] for name, one in load()["services"].items() if "build" not in one}
    here = {name for name, image in images.items() if _is_here(image)}
    return here, set(images) - here


def _is_here(image: str) -> bool:
    for words in (["image", "inspect"], ["pull", "--quiet"]):
        if not subprocess.run(["docker", *words, image], capture_output=True).returncode:
            return True
    return False
