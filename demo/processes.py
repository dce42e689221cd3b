"""Start programs, keep their logs, and always end all of them."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import SystemRandom
from types import TracebackType

import httpx

from demo.errors import MissingProgram, NoPort, ProcessDied, ProgramFailed, TooSlow

LOOPBACK = "127.0.0.1"
# Below those that Linux and macOS give to connections, which would take one before its program has.
PORTS = range(20_000, 32_000)
# UDP's port of the same number, which ends with the process: no program here listens on it.
CLAIMS: list[socket.socket] = []


def free_port(among: Sequence[int] = PORTS) -> int:
    """Return a free TCP port of the loopback interface, for a program that starts soon.

    Nobody else who asks gets it while this process lives. Raises NoPort.
    """
    for port in SystemRandom().sample(among, len(among)):
        claim = socket.socket(type=socket.SOCK_DGRAM)
        with socket.socket() as listener:
            try:
                claim.bind((LOOPBACK, port))
                listener.bind((LOOPBACK, port))
            except OSError:
                claim.close()
                continue
        CLAIMS.append(claim)
        return port
    raise NoPort(among)


def find_program(*names: str) -> str:
    """Return the first of a program's names that is on the PATH.

    Raises MissingProgram.
    """
    for name in names:
        if found := shutil.which(name):
            return found
    raise MissingProgram(names[0])


class Processes:
    """The programs of one demo; a context manager that ends them and their children."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Processes":
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path
    ) -> subprocess.Popen[bytes]:
        """Start a program in its own process group, with its output in logs/NAME.log."""
        with (self.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running[name] = process
        return process

    def run(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> None:
        """Run a command and wait for it, with its output in logs/NAME.log.

        Raises ProgramFailed.
        """
        code = self.start(name, command, env=env, cwd=cwd).wait()
        del self._running[name]
        if code != 0:
            raise ProgramFailed(" ".join(command), code, self.logs / f"{name}.log")

    def check(self) -> None:
        """Raise ProcessDied if a program has ended unexpectedly."""
        for name, process in self._running.items():
            if (code := process.poll()) is not None:
                raise ProcessDied(name, code, self.logs / f"{name}.log")

    def wait_for(self, name: str, url: str, *, seconds: float = 60) -> None:
        """Wait until a program answers an HTTP GET with 200.

        Raises TooSlow, ProcessDied.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.check()
            if _answers(url):
                return
            time.sleep(0.2)
        raise TooSlow(f"{name} answering at {url}", seconds)

    def stop(self, *, patience: float = 5) -> None:
        """End every program's process group: first SIGTERM, then SIGKILL."""
        groups = {name: process.pid for name, process in self._running.items()}
        for pid in groups.values():
            _signal_group(pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        for process in self._running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(process.pid, signal.SIGKILL)
                process.wait()
        for pid in groups.values():  # children that are still running without their parent
            _signal_group(pid, signal.SIGKILL)
        self._running.clear()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return  # the whole group has already ended
