"""The relay as a process of its own, that a test may kill."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from demo.processes import free_port
from tests.monitoring.relay.gitlab_server import PROJECT, READ_TOKEN, TRIGGER_TOKEN

BEARER = "a-bearer-token"
ROOT = Path(__file__).parents[3]


class RelayProcess:
    """`python -m monitoring.relay` over one database; it may be started again after a kill."""

    def __init__(self, folder: Path, gitlab: str, *, models: Sequence[str] = ("digits",)) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "relay.log"
        self._process: subprocess.Popen[bytes] | None = None
        settings = {
            "GITLAB_URL": gitlab,
            "PROJECT": PROJECT,
            "MODELS": ",".join(models),
            "TRIGGER_TOKEN": TRIGGER_TOKEN,
            "READ_TOKEN": READ_TOKEN,
            "BEARER_TOKEN": BEARER,
            "DATABASE_URL": f"sqlite:///{folder}/relay.db",
            "PORT": str(self.port),
            "TIMEOUT_SECONDS": "0.5",
            "SETTLE_SECONDS": "1.5",
            "BACKOFF_SECONDS": "0.2",
            "BACKOFF_LIMIT_SECONDS": "0.5",
            "ATTEMPTS": "100",
            "POLL_SECONDS": "0.3",
            "COOLDOWN_SECONDS": "0",
            "DAILY_BUDGET": "100",
        }
        own = {f"RELAY_{name}": value for name, value in settings.items()}
        self._environment = {**os.environ, **own}

    def start(self) -> None:
        """Start it and wait until it is healthy."""
        command = [sys.executable, "-m", "monitoring.relay"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        self.wait(self._healthy, what="start")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def send(self, body: bytes) -> None:
        """Send a webhook, which the relay must acknowledge."""
        headers = {"Authorization": f"Bearer {BEARER}", "Content-Type": "application/json"}
        answer = httpx.post(f"{self.url}/alerts", content=body, headers=headers, timeout=10)
        assert answer.status_code == 200, answer.text

    def incident(self, group: str) -> dict[str, Any]:
        """Return the incident of a group."""
        answer = httpx.get(f"{self.url}/incidents", timeout=10)
        found: list[dict[str, Any]] = json.loads(answer.text)["incidents"]
        return next(incident for incident in found if incident["group_key"] == group)

    def wait(self, condition: Callable[[], bool], *, what: str, seconds: float = 60) -> None:
        """Wait until `condition()` is true. Raises AssertionError with the end of the log."""
        assert self._process is not None
        deadline = time.monotonic() + seconds
        while not condition():
            over = time.monotonic() > deadline or self._process.poll() is not None
            assert not over, f"the relay did not {what}:\n{self._log.read_text()[-2000:]}"
            time.sleep(0.05)

    def wait_triggered(self, group: str) -> None:
        """Wait until the incident of a group has its pipeline."""
        self.wait(lambda: self.attempt(group).get("state") == "triggered", what="trigger")

    def attempt(self, group: str) -> dict[str, Any]:
        """Return the attempt of a group's incident; nothing before there is one."""
        attempts: list[dict[str, Any]] = self.incident(group)["attempts"]
        return attempts[-1] if attempts else {}

    def _healthy(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False
