"""What an image holds is enough to run: the same files and packages, without an engine."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from demo.processes import free_port
from tests.bundles import make_bundle, production
from tests.service import keys
from tests.stack.dockerfile import FILES, ROOT, Instruction, copied, environment, read

RELAY = {
    "RELAY_GITLAB_URL": "http://127.0.0.1:9",
    "RELAY_PROJECT": "7",
    "RELAY_MODELS": "digits",
    "RELAY_TRIGGER_TOKEN": "t",
    "RELAY_READ_TOKEN": "r",
    "RELAY_BEARER_TOKEN": "b",
}


@dataclass(frozen=True)
class Image:
    """An image's files and packages in a folder, and what its Dockerfile says of running it."""

    folder: Path
    stage: list[Instruction]

    def command(self, name: str) -> list[str]:
        """Return the words of CMD or HEALTHCHECK."""
        (one,) = [one for one in self.stage if one.name == name]
        words = Instruction("CMD", one.value.removeprefix("CMD "), {}).words
        return [str(self.folder / "venv" / "bin" / words[0]), *words[1:]]

    def environment(self, **changes: str) -> dict[str, str]:
        """Return what the process sees: the image's variables, and none of this machine's."""
        return environment(self.stage) | {"PATH": str(self.folder / "venv" / "bin")} | changes


def _assemble(name: str, folder: Path) -> Image:
    """Make the folder that `docker build` would make an image of."""
    packages, final = read(FILES[name])
    (lock,) = [one.words[0] for one in packages if one.name == "COPY"]
    _uv("venv", "--quiet", str(folder / "venv"))
    python = str(folder / "venv" / "bin" / "python")
    _uv("pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", lock)
    for source, target in copied(final):
        (folder / "app" / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / "app" / target)
    return Image(folder, final)


def _uv(*arguments: str) -> None:
    # Its cache makes a second environment of the same lock a matter of links.
    done = subprocess.run(["uv", *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _healthy(image: Image, variables: Mapping[str, str]) -> bool:
    check = subprocess.run(image.command("HEALTHCHECK"), env=variables, capture_output=True)
    return check.returncode == 0


@contextmanager
def _started(image: Image, variables: Mapping[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            image.command("CMD"),
            cwd=image.folder / "app",
            env=variables,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 30
        while not _healthy(image, variables):
            over = time.monotonic() > deadline or process.poll() is not None
            assert not over, log.read_text()
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        # uvicorn ends what it does, then gives the signal its usual effect.
        assert process.wait(20) == -signal.SIGTERM


def test_the_service_serves_from_the_files_of_its_image(tmp_path: Path) -> None:
    """It becomes healthy without a bundle, and ready when one is deployed; without keys it ends."""
    image, port = _assemble("service", tmp_path), free_port()
    variables = image.environment(
        PERENNIAL_PORT=str(port),
        PERENNIAL_BUNDLES=str(tmp_path / "bundles"),
        PERENNIAL_DATABASE_URL=f"sqlite:///{tmp_path / 'service.db'}",
    )
    (tmp_path / "bundles").mkdir()
    assert not _healthy(image, variables)
    done = subprocess.run(
        image.command("CMD"),
        cwd=image.folder / "app",
        env=variables,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "PERENNIAL_HOST: got '0.0.0.0', expected 127.0.0.1 while there are no" in done.stderr
    file = keys.write(tmp_path / "keys", keys.entry("shop", "predict"))
    variables["PERENNIAL_KEYS_FILE"] = str(file)
    with (
        _started(image, variables, tmp_path / "log"),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
    ):
        assert client.get("/ready").json() == {"ready": False, "bundle": False, "database": True}
        path = tmp_path / "bundles" / "one"
        make_bundle(path)
        production(tmp_path / "bundles", path)
        deadline = time.monotonic() + 20
        while (ready := client.get("/ready")).status_code != 200:
            assert time.monotonic() < deadline, ready.text
            time.sleep(0.1)


def test_the_relay_runs_from_the_files_of_its_image(tmp_path: Path) -> None:
    """With keys alone; it becomes healthy, refuses who shows no token, and counts that."""
    image, port = _assemble("relay", tmp_path), free_port()
    variables = image.environment(
        RELAY_PORT=str(port), RELAY_DATABASE_URL=f"sqlite:///{tmp_path / 'relay.db'}", **RELAY
    )
    done = subprocess.run(
        image.command("CMD"),
        cwd=image.folder / "app",
        env=variables,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "RELAY_HOST: got '0.0.0.0', expected 127.0.0.1 while there are no" in done.stderr
    file = keys.write(tmp_path / "keys", keys.entry("prometheus", "metrics"))
    variables["RELAY_KEYS_FILE"] = str(file)
    with (
        _started(image, variables, tmp_path / "log"),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
    ):
        assert client.post("/alerts", json={}).status_code == 401
        assert client.get("/metrics").status_code == 401
        metrics = client.get("/metrics", headers=keys.bearer("prometheus")).text
        assert 'relay_webhooks_total{status="401"} 1.0' in metrics


@pytest.mark.parametrize("name", FILES)
def test_a_copied_file_that_is_missing_is_named(name: str) -> None:
    """Every COPY has its files; the check itself is checked with one that has none."""
    assert list(copied(read(FILES[name])[-1]))
    with pytest.raises(FileNotFoundError, match="training/: not there, or .dockerignore"):
        list(copied([Instruction("COPY", "training/ training/", {})]))
