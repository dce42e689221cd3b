"""A throw-away PostgreSQL for the tests that must hold on a real one."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

VARIABLE = "PERENNIAL_TEST_POSTGRES"
PROGRAMS = Path("/usr/lib/postgresql")
USER = "postgres"
MISSING = (
    f"no PostgreSQL: set {VARIABLE} to the URL of one where databases may be made, "
    "or install Debian's package 'postgresql'"
)
NUMBERS = itertools.count()


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
    """Yield the URL of a server, and end it afterwards.

    PERENNIAL_TEST_POSTGRES is used where it is set. A server of our own listens on a Unix socket
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
        # Nothing in it has to survive a crash.
        settings = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
        options = f"-c listen_addresses='' -c unix_socket_directories={data}"
        options += "".join(f" -c {setting}" for setting in settings)
        control = ("-D", data / "db", "-w", "-o", options, "-l", data / "log")
        _run(folder / "pg_ctl", *control, "start")
        try:
            yield f"postgresql://{USER}@/postgres?host={data}"
        finally:
            _run(folder / "pg_ctl", "-D", data / "db", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def database(server: str) -> Iterator[str]:
    """Yield the URL of a new database on a server, and drop it afterwards."""
    name = f"test_{os.getpid()}_{next(NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _run(*command: str | Path) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", USER, "--", *words]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
