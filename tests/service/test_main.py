"""`python -m service`, as a process."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sql

from demo.processes import free_port
from service.__main__ import _prepare, main
from service.store import tables
from tests.service import fakes
from tests.service.fakes import IMAGE


@dataclass
class Client:
    """Predicts and labels without a pause, and remembers what was acknowledged."""

    url: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    killed: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> None:
        """Work until the service dies."""
        with httpx.Client(base_url=self.url, timeout=5) as client:
            for turn in range(1_000_000):
                try:
                    answer = client.post("/predict", json={"instances": [IMAGE] * 3})
                    name = answer.json()["predictions"][turn % 3]["prediction_id"]
                    body = {"prediction_id": name, "label": str(turn % 10)}
                    if client.post("/feedback", json=body).status_code == 201:
                        self.acknowledged[name] = body["label"]
                except httpx.HTTPError:
                    assert self.killed.is_set(), "the service failed before it was killed"
                    return


def environment(folder: Path, **variables: str) -> dict[str, str]:
    """Return an environment in which the service keeps everything in `folder`."""
    ours = {
        "PERENNIAL_BUNDLES": str(folder / "bundles"),
        "PERENNIAL_DATABASE_URL": f"sqlite:///{folder / 'service.db'}",
    }
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PERENNIAL_")}
    return {**kept, **ours, **variables}


@contextmanager
def process(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the service and wait until it is ready; its log is in `folder`."""
    command = [sys.executable, "-m", "service"]
    env = environment(folder, PERENNIAL_PORT=str(port))
    with (folder / "log").open("ab") as log, subprocess.Popen(command, env=env, stdout=log) as it:
        try:
            fakes.wait_until(lambda: it.poll() is not None or ready(port), seconds=30)
            assert it.poll() is None, (folder / "log").read_text()
            yield it
        finally:
            if it.poll() is None:
                it.kill()


def ready(port: int) -> bool:
    """Say whether the service on a port is ready."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/ready").status_code == 200
    except httpx.HTTPError:
        return False


def test_a_kill_in_mid_traffic_loses_no_acknowledged_feedback(tmp_path: Path) -> None:
    """After kill -9 every label that was answered 201 is in the database, and counting goes on."""
    fakes.deploy(tmp_path)
    port = free_port()
    clients = [Client(f"http://127.0.0.1:{port}") for _ in range(4)]
    threads = [threading.Thread(target=client) for client in clients]
    with process(tmp_path, port) as service:
        for thread in threads:
            thread.start()
        fakes.wait_until(lambda: sum(len(client.acknowledged) for client in clients) > 200)
        for client in clients:
            client.killed.set()
        service.send_signal(signal.SIGKILL)
        for thread in threads:
            thread.join(10)
    acknowledged = {
        name: label for client in clients for name, label in client.acknowledged.items()
    }
    engine = sql.create_engine(f"sqlite:///{tmp_path / 'service.db'}")
    with engine.connect() as connection:
        found = connection.execute(sql.text("SELECT prediction_id, label FROM feedback"))
        stored = {row.prediction_id: row.label for row in found}
    engine.dispose()
    assert len(acknowledged) > 200
    assert acknowledged.items() <= stored.items()
    name, label = next(iter(acknowledged.items()))
    with process(tmp_path, port):
        body = {"prediction_id": name, "label": label}
        assert httpx.post(f"http://127.0.0.1:{port}/feedback", json=body).status_code == 200


def test_a_stop_is_orderly(tmp_path: Path) -> None:
    """On SIGTERM the service stops, then ends by that signal, and every log line was JSON."""
    fakes.deploy(tmp_path)
    port = free_port()
    with process(tmp_path, port) as service:
        url = f"http://127.0.0.1:{port}/predict"
        assert httpx.post(url, json={"instances": [IMAGE] * 5}).status_code == 200
        assert httpx.post(url, content=b"{", headers=fakes.JSON).status_code == 400
        service.send_signal(signal.SIGTERM)
        assert service.wait(20) == -signal.SIGTERM
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {"bundle_loaded", "request"} <= {line["event"] for line in lines}
    assert all({"level", "timestamp"} <= line.keys() for line in lines)
    engine = sql.create_engine(f"sqlite:///{tmp_path / 'service.db'}")
    with engine.connect() as connection:
        count = connection.execute(sql.text("SELECT count(*) FROM predictions")).scalar()
    engine.dispose()
    assert count == 5


def test_a_bad_variable_is_named_and_nothing_starts(tmp_path: Path) -> None:
    """A wrong setting ends with 2 and one sentence: variable, value, expectation."""
    env = environment(tmp_path, PERENNIAL_QUEUE_SIZE="many", PERENNIAL_PORT="70000")
    command = [sys.executable, "-m", "service"]
    started = time.monotonic()
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and time.monotonic() - started < 30
    assert "PERENNIAL_QUEUE_SIZE: got 'many', expected a valid integer" in done.stderr
    assert "PERENNIAL_PORT: got '70000', expected less than or equal to 65535" in done.stderr


def test_help_lists_every_variable() -> None:
    """--help explains itself and each variable with its default."""
    command = [sys.executable, "-m", "service", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    assert "PERENNIAL_BUNDLES" in done.stdout and "(default var/bundles)" in done.stdout


def test_a_database_of_a_newer_version_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The service ends with 2 and one sentence that names both versions."""
    address = f"sqlite:///{tmp_path / 'service.db'}"
    engine = tables.connect(address)
    tables.create(engine)
    with engine.begin() as connection:
        connection.execute(tables.SCHEMA.version.update().values(version_num="0999"))
    engine.dispose()
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", address)
    assert main([]) == 2
    sentence = f"service: {address}: the service's tables have version 0999, expected at most 0"
    assert capsys.readouterr().err.startswith(sentence)


def _folder_in_the_way(path: Path) -> None:
    path.mkdir()


def _no_database(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def _no_version(path: Path) -> None:
    engine = tables.connect(f"sqlite:///{path}")
    tables.create(engine)
    with engine.begin() as connection:
        connection.execute(tables.SCHEMA.version.delete())
    engine.dispose()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_folder_in_the_way, "unable to open database file"),
        (_no_database, "file is not a database"),
        (_no_version, "service_alembic_version has 0 rows, expected one"),
    ],
)
def test_a_database_that_cannot_be_prepared_stops_the_start(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    make: Callable[[Path], None],
    reason: str,
) -> None:
    """Waiting would not mend it: the service ends with 2 and one line."""
    make(tmp_path / "service.db")
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", f"sqlite:///{tmp_path / 'service.db'}")
    assert main([]) == 2
    told = capsys.readouterr().err
    assert told.startswith("service: sqlite:///") and reason in told and told.count("\n") == 1


def test_a_folder_that_cannot_be_created_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names the folder."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", f"sqlite:///{tmp_path / 'file' / 'service.db'}")
    assert main([]) == 2
    assert f"'{tmp_path / 'file'}'" in capsys.readouterr().err


def test_a_server_that_is_down_is_logged_and_waited_for() -> None:
    """The store tries again later."""
    log, capture = fakes.recording_log()
    _prepare("postgresql://nobody@127.0.0.1:1/nothing", log)
    (entry,) = capture.entries
    assert entry["event"] == "database_unreachable" and "refused" in entry["error"]


def test_a_wrong_address_of_bundles_leaves_the_database_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every setting is checked before the tables are migrated."""
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", f"sqlite:///{tmp_path / 'service.db'}")
    monkeypatch.setenv("PERENNIAL_BUNDLES", "s4://bucket")
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("service: PERENNIAL_BUNDLES: got 's4://bucket'")
    assert not (tmp_path / "service.db").exists()


def test_a_misspelt_variable_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ignored, it would keep rows for ever that were to go after 30 days."""
    monkeypatch.setenv("PERENNIAL_DATABASE_URL", f"sqlite:///{tmp_path / 'service.db'}")
    monkeypatch.setenv("PERENNIAL_KEEP_PREDICTION_DAYS", "30")
    assert main([]) == 2
    told = capsys.readouterr().err
    assert told.startswith("service: PERENNIAL_KEEP_PREDICTION_DAYS: got an unknown variable, ")
    assert "expected PERENNIAL_KEEP_PREDICTIONS_DAYS, the setting with the nearest" in told
