"""A throw-away SSH server on a free port, for the user that runs the tests."""

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.processes import free_port
from tests.waiting import wait_for_port

CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
Subsystem sftp internal-sftp
"""


class SSHServerMissing(Exception):
    """No sshd is installed."""


@dataclass(frozen=True)
class SSHServer:
    """A running server: who may log in with which key, and the line that makes its key known."""

    address: str
    key: Path
    known_hosts: Path


@contextmanager
def sshd(folder: Path) -> Iterator[SSHServer]:
    """Run a server with keys of its own. Raises SSHServerMissing."""
    program = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise SSHServerMissing("no sshd: install Debian's package 'openssh-server'")
    for name in ("host", "key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True, timeout=20)
    port = free_port()
    (folder / "sshd_config").write_text(CONFIG.format(port=port, folder=folder))
    kind, public = (folder / "host.pub").read_text().split()[:2]
    known = folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {kind} {public}\n")
    if os.geteuid() == 0:  # Debian's start script makes it, and root's sshd does not start without
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with (folder / "sshd.log").open("wb") as log:
        command = [program, "-D", "-e", "-f", str(folder / "sshd_config")]
        process = subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL)
    try:
        wait_for_port(port, process)
        yield SSHServer(f"ssh://{getpass.getuser()}@127.0.0.1:{port}", folder / "key", known)
    finally:
        process.terminate()
        process.wait(20)
