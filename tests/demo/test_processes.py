"""The demo's programs leave nothing behind."""

import os
import socket
import sys
import time
from pathlib import Path

import pytest

from demo.errors import MissingProgram, NoPort, ProcessDied, ProgramFailed, TooSlow
from demo.processes import PORTS, Processes, find_program, free_port
from demo.workspace import ROOT

# Beside those that anybody else asks for, and not those of these tests beside these.
FIRST = 10_000 + os.getpid() % 3000 * 3
AMONG = range(FIRST, FIRST + 3)
ENV = {"PATH": os.environ["PATH"]}
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def _alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def _wait_for_text(path: Path) -> str:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if path.exists() and (text := path.read_text().strip()):
            return text
        time.sleep(0.05)
    raise AssertionError(f"{path} stayed empty")


def test_leaving_ends_a_program_and_its_children(tmp_path: Path) -> None:
    """A child that outlives its parent is ended as well."""
    with Processes(tmp_path) as processes:
        parent = processes.start("p", [sys.executable, "-c", PARENT], env=ENV, cwd=tmp_path)
        child = int(_wait_for_text(tmp_path / "p.log"))
        assert _alive(child)
    deadline = time.monotonic() + 10
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert parent.poll() is not None and not _alive(child)


def test_a_failure_inside_ends_every_program(tmp_path: Path) -> None:
    """An exception in the demo is no reason to leave programs running."""
    with pytest.raises(RuntimeError, match="broken"), Processes(tmp_path) as processes:
        parent = processes.start("p", [sys.executable, "-c", PARENT], env=ENV, cwd=tmp_path)
        raise RuntimeError("broken")
    assert parent.poll() is not None


def test_a_program_that_dies_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    """The message has the name, the exit code and the last lines."""
    with Processes(tmp_path) as processes:
        command = [sys.executable, "-c", "print('no such database'); raise SystemExit(3)"]
        processes.start("relay", command, env=ENV, cwd=tmp_path).wait()
        with pytest.raises(
            ProcessDied, match=r"relay ended unexpectedly with exit code 3(.|\n)*no such database"
        ):
            processes.check()


def test_a_failing_command_says_which(tmp_path: Path) -> None:
    """The message has the command, the exit code and the end of the log."""
    with Processes(tmp_path) as processes, pytest.raises(ProgramFailed, match="exit code 4"):
        processes.run("train", [sys.executable, "-c", "raise SystemExit(4)"], env=ENV, cwd=tmp_path)


def test_waiting_for_a_silent_address_ends(tmp_path: Path) -> None:
    """A program that never answers is reported with its address."""
    with Processes(tmp_path) as processes, pytest.raises(TooSlow, match="forge answering at http"):
        processes.wait_for("forge", f"http://127.0.0.1:{free_port()}/", seconds=0.5)


def test_a_port_is_given_once_while_its_process_lives(tmp_path: Path) -> None:
    """Also to programs that ask from elsewhere, before anything listens on it."""
    own = {free_port(AMONG), free_port(AMONG)}
    elsewhere = f"from demo.processes import free_port; print(free_port({AMONG!r}), flush=True)"
    with Processes(tmp_path) as processes:
        processes.run("other", [sys.executable, "-c", elsewhere], env=ENV, cwd=ROOT)
    (third,) = {*AMONG} - own
    assert (tmp_path / "other.log").read_text() == f"{third}\n"
    assert free_port(AMONG) == third
    with pytest.raises(NoPort, match=f"port: none of {FIRST} to {FIRST + 2} is free"):
        free_port(AMONG)


def test_no_connection_takes_a_port_that_was_chosen() -> None:
    """The kernel gives connections others."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        assert listener.getsockname()[1] not in PORTS


def test_a_missing_program_says_what_to_run() -> None:
    """The message names the program and the command that installs it."""
    with pytest.raises(MissingProgram, match="no-such-program.*make demo"):
        find_program("no-such-program", "nor-this-one")
