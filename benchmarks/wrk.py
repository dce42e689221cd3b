"""Load a server under test with wrk, which posts one body continuously."""

import json
import os
import shutil
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import Contender

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


def load(contender: Contender, body: str, *, connections: int, seconds: int) -> Round:
    """Post `body` for a number of seconds. Raises RuntimeError if a request fails."""
    _check(contender.url, body)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), contender.url]
    environment = {**os.environ, "BODY": body}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout.splitlines()[-1])
    if figures["failed"]:
        raise RuntimeError(f"{contender.name}: {figures['failed']} requests failed")
    requests = figures["requests"]
    return Round(requests, requests / figures["seconds"], figures["p50"], figures["p99"])


def _check(url: str, body: str) -> None:
    request = urllib.request.Request(url, data=body.encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        predictions = json.load(answer)["predictions"]
    assert len(predictions) == 1 and "label" in predictions[0], predictions
