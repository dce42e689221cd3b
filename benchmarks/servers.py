"""Start servers under test in their own processes on free ports, and stop them."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.processes import free_port
from demo.task import TASK
from perennial import bundle
from perennial.bundle import Bundle
from perennial.http import key_file
from perennial.http.keys import PREDICT, Entry, Key, digest
from tests import bundles

DEFAULT_BUNDLE = Path("artifacts", TASK, "bundle")
BUNDLE_HELP = f"bundle to serve (default: {DEFAULT_BUNDLE} if it exists, else that of the tests)"
START_SECONDS = 60
_RAW = ["uvicorn", "benchmarks.baseline:create", "--factory", "--http", "httptools"]
_RAW += ["--lifespan", "off", "--no-access-log", "--no-proxy-headers", "--log-level", "warning"]


@dataclass(frozen=True)
class Contender:
    """A server under test: its prediction URL, its process, and the API key that it asks for."""

    name: str
    url: str
    pid: int
    key: str = ""


def served(
    folder: Path, given: Path | None = None, make: Callable[[Path], Bundle] | None = None
) -> Bundle:
    """Put a bundle into `folder/bundles` for the service and return it.

    given: its path, or None for the default bundle.  make: writes one instead.
    """
    target = folder / "bundles" / "served"
    if make is not None:
        loaded = make(target)
        bundles.production(folder / "bundles", target)
        return loaded
    source = given or (DEFAULT_BUNDLE if DEFAULT_BUNDLE.is_dir() else None)
    if source is None:
        bundles.make_bundle(target)
    else:
        shutil.copytree(source, target)
    bundles.production(folder / "bundles", target)
    return bundle.load(target)


@contextmanager
def raw_asgi(folder: Path, loaded: Bundle) -> Iterator[Contender]:
    """Run the minimal model server."""
    port = free_port()
    environment = {"BASELINE_BUNDLE": str(loaded.path)}
    with _process([*_RAW, "--port", str(port)], folder, environment, port) as pid:
        yield Contender("raw ASGI", _predict(port), pid)


@contextmanager
def service(
    folder: Path,
    *,
    name: str = "service",
    module: str = "service",
    key: str = "",
    core: int | None = None,
) -> Iterator[Contender]:
    """Run the service with the bundle that `served` put into `folder`.

    module: the module to run: the service, or one that starts it in another way.
    key: an API key to ask for; without one it asks for none.  core: the only one to run on.
    """
    port = free_port()
    environment = {
        "PERENNIAL_BUNDLES": str(folder / "bundles"),
        "PERENNIAL_DATABASE_URL": f"sqlite:///{folder / f'{port}.db'}",
        "PERENNIAL_PORT": str(port),
    }
    if key:
        file = folder / f"{port}.keys"
        entry = Entry(Key("benchmark", frozenset({PREDICT})), digest(key))
        file.write_text(key_file.render([entry]), encoding="utf-8")
        environment |= {"PERENNIAL_KEYS_FILE": str(file)}
        # The limit is checked, but never reached.
        environment |= {"PERENNIAL_REQUESTS_PER_SECOND": "1e9"}
    with _process([module], folder, environment, port, core=core) as pid:
        yield Contender(name, _predict(port), pid, key)


def on_core(command: Sequence[str], core: int | None) -> list[str]:
    """Return a command that runs on one core, where the machine has more and `taskset`."""
    if core is None or not shutil.which("taskset") or core >= (os.cpu_count() or 1):
        return list(command)
    return ["taskset", "--cpu-list", str(core), *command]


def _predict(port: int) -> str:
    return f"http://127.0.0.1:{port}/predict"


@contextmanager
def _process(
    module: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    port: int,
    *,
    core: int | None = None,
) -> Iterator[int]:
    path = folder / f"{port}.log"
    with path.open("wb") as log:
        process = subprocess.Popen(
            on_core([sys.executable, "-m", *module], core),
            env={**os.environ, **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(port, process, path)
            yield process.pid
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} did not start: {log.read_text()}")
