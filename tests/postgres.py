"""A throw-away PostgreSQL for the tests that must hold on a real one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "PERENNIAL_TEST_POSTGRES"
PROGRAMS = Path("/usr/lib/postgresql")
USER = "postgres"
MISSING = (
    f"no PostgreSQL: set {VARIABLE} to the URL of an empty database, "
    "or install Debian's package 'postgresql'"
)


class PostgresMissing(Exception):
    """Neither a URL is given nor a PostgreSQL installed."""


def programs(environment: Mapping[str, str]) -> Path:
    """Return the folder with initdb and pg_ctl. Raises PostgresMissing."""
    found = shutil.which("initdb", path=environment.get("PATH", ""))
    if found:
        return Path(found).parent
    for folder in sorted(PROGRAMS.glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    raise PostgresMissing(MISSING)


@contextmanager
def postgres(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Yield the URL of a database that nobody else uses, and end it afterwards.

    PERENNIAL_TEST_POSTGRES is used where it is set. A cluster of our own listens on a Unix socket
    in its own folder only; under root it runs as the user `postgres`, since initdb refuses root.
    """
    if VARIABLE in environment:
        yield environment[VARIABLE]
        return
    folder = programs(environment)
    data = Path(tempfile.mkdtemp(prefix="perennial-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(data, USER, USER)
        _run(folder / "initdb", "-D", data / "db", "-U", USER, "-A", "trust", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={data}"
        control = ("-D", data / "db", "-w", "-o", options, "-l", data / "log")
        _run(folder / "pg_ctl", *control, "start")
        try:
            yield f"postgresql://{USER}@/postgres?host={data}"
        finally:
            _run(folder / "pg_ctl", "-D", data / "db", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _run(*command: str | Path) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", USER, "--", *words]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
