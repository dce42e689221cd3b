"""Load a server under test with wrk, which posts one body continuously."""

import json
import os
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import Contender, on_core

SCRIPT = Path(__file__).with_name("wrk.lua")
MISSING = "wrk: not found on the PATH; install Debian's package 'wrk'"


@dataclass(frozen=True)
class Round:
    """One run of wrk: responses, responses per second, and latency in milliseconds."""

    requests: int
    rate: float
    p50: float
    p99: float


def installed() -> bool:
    """Return whether wrk is installed."""
    return shutil.which("wrk") is not None


def load(
    contender: Contender, body: str, *, connections: int, seconds: int, core: int | None = None
) -> Round:
    """Post `body` for a number of seconds. Raises RuntimeError if a request fails.

    core: the only one for wrk to run on.
    """
    _check(contender, body)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), contender.url]
    environment = {**os.environ, "BODY": body, "KEY": contender.key}
    done = subprocess.run(
        on_core(command, core), env=environment, capture_output=True, text=True, check=True
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    if figures["failed"]:
        raise RuntimeError(f"{contender.name}: {figures['failed']} requests failed")
    requests = figures["requests"]
    return Round(requests, requests / figures["seconds"], figures["p50"], figures["p99"])


def _check(contender: Contender, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    if contender.key:
        headers["Authorization"] = f"Bearer {contender.key}"
    request = urllib.request.Request(contender.url, body.encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        predictions = json.load(answer)["predictions"]
    assert len(predictions) == 1 and "label" in predictions[0], predictions
