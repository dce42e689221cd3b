"""Runs MLflow's own server for a benchmark or a test."""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from training.trackers.sender import interpreter

# Without its workers, which have nothing to do here and cost processors.
NO_JOBS = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
STARTS_IN = 120.0  # seconds at most, on a machine that does other work


@contextmanager
def mlflow_server(folder: Path) -> Iterator[str]:
    """Run MLflow's own server, with one worker, and yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [interpreter("mlflow"), "-m", "mlflow", "server", "--workers=1", f"--port={port}"]
    command += [f"--backend-store-uri=sqlite:///{folder}/mlflow.db"]
    command += [f"--artifacts-destination={folder}/artifacts"]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, env={**os.environ, **NO_JOBS}
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(url: str) -> None:
    until = time.monotonic() + STARTS_IN
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)
